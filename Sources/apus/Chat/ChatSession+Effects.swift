import ApusClient
import ApusWire

/// What the state wants is asked of the client. Commands are kept by it until they are answered, whatever the network
/// does; what only reads is asked again by the state.
extension ChatSession {
    func perform(_ effect: ChatEffect) {
        let client = client
        switch effect {
        case .sync:
            answer({ [.synced(try await client.get("/v1/sync"))] }, ChatInput.syncFailed)
        case .history(let room, let before):
            answer({ [.history(room: room, before: before, try await client.history(of: room, before: before))] }) {
                .historyFailed(room: room, $0)
            }
        case .post(let id, let room, let text, let replyTo): post(id, room, text, replyTo)
        case .discard(let id): client.discard(id)
        case .edit(let room, let number, let text): ask { try await client.edit(number, in: room, to: text) }
        case .delete(let room, let number): ask { try await client.delete(number, in: room) }
        case .react(let room, let number, let emoji, let isOn):
            ask {
                try await client.command(
                    isOn ? "reaction.add" : "reaction.remove",
                    ["room": .string(room), "number": .integer(number), "emoji": .string(emoji)])
            }
        case .read(let room, let number): ask { try await client.read(number, in: room) }
        case .typing(let room, let isTyping): client.typing(isTyping, in: room)
        case .join(let room):
            enter {
                try await client.command("room.join", ["room": .string(room)]); return room
            }
        case .create(let room):
            enter {
                try await client.command("room.create", ["kind": "public", "room": .string(room)]); return room
            }
        case .direct(let user):
            enter { try await client.command("room.direct", ["users": [.string(user)]])["room"]?.string ?? "" }
        case .find(let name):
            answer({ [.person(called: name, try await Self.person(called: name, client))] }, ChatInput.told)
        case .leave(let room): ask { try await client.leave(room) }
        case .room(let room, let opens):
            answer({ [.room(try await client.get("/v1/rooms/\(room)"), opens: opens)] }, ChatInput.roomFailed)
        case .publicRooms:
            answer({ [.publicRooms(try await client.get("/v1/rooms"))] }, ChatInput.told)
        case .members(let room):
            answer(
                { [.members(room: room, try await client.get("/v1/rooms/\(room)/members?limit=1000"))] },
                { .membersFailed(room: room, $0) })
        case .search(let words):
            answer({ [.found(words: words, try await client.search(words))] }) {
                .searchFailed(words: words, $0)
            }
        case .name(let user):
            answer({
                // Whom the server does not tell of keeps the id for a name.
                do {
                    return [.name(user: user, try await client.get("/v1/users/\(user)"))]
                } catch is Outbox.Refusal { return [] }
            }) { .nameFailed(user: user, $0) }
        case .redraw: redraw()
        case .quit: quit()
        }
    }

    /// What is shown of it comes as an event.
    private func ask(_ command: @escaping @MainActor () async throws -> Void) {
        answer(
            {
                try await command()
                return []
            }, ChatInput.told)
    }

    /// Looks among those who share a room, where they are more than a snapshot names, and where one may, among all.
    private static func person(called name: String, _ client: ApusClient) async throws -> ChatInput.Person {
        var after = ""
        while true {
            let page = try await client.get("/v1/sync/users?after=\(after)")
            let people = page["users"]?.array ?? []
            if let person = people.first(where: { $0["name"]?.string == name }) { return .known(person) }
            guard page["more"]?.bool == true, let last = people.last?["id"]?.string else { break }
            after = last
        }
        // By name; the first page begins shortly before it.
        after = String(name.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0)) }.dropLast())
        do {
            while true {
                let page = try await client.get("/v1/users?limit=500&after=\(after)")
                let people = page["users"]?.array ?? []
                if let person = people.first(where: { $0["name"]?.string == name }) { return .known(person) }
                guard page["has_more"]?.bool == true, let last = people.last?["name"]?.string, last < name else {
                    return .nobody
                }
                after = last
            }
        } catch let refusal as Outbox.Refusal where refusal.code == "forbidden" {
            return .hidden
        }
    }

    private func post(_ id: String, _ room: String, _ text: String, _ replyTo: Int64?) {
        let client = client
        answer {
            do {
                return [.posted(id: id, try await client.post(text, to: room, replyTo: replyTo, id: id))]
            } catch let refusal as Outbox.Refusal {
                return [.refused(id: id, refusal)]
            }
        } _: {
            .told($0)
        }
    }

    private func enter(_ command: @escaping @MainActor () async throws -> String) {
        answer(
            {
                self.perform(.room(try await command(), opens: true))
                return []
            }, ChatInput.told)
    }
}
