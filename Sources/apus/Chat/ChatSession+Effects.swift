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
        case .edit(let room, let number, let text):
            answer(
                {
                    _ = try await client.edit(number, in: room, to: text); return []
                }, ChatInput.told)
        case .delete(let room, let number):
            answer(
                {
                    _ = try await client.delete(number, in: room); return []
                }, ChatInput.told)
        case .read(let room, let number):
            answer(
                {
                    _ = try await client.read(number, in: room); return []
                }, ChatInput.told)
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
        case .leave(let room):
            answer(
                {
                    _ = try await client.leave(room); return []
                }, ChatInput.told)
        case .room(let room, let opens):
            answer({ [.room(try await client.get("/v1/rooms/\(room)"), opens: opens)] }, ChatInput.told)
        case .publicRooms:
            answer({ [.publicRooms(try await client.get("/v1/rooms"))] }, ChatInput.told)
        case .members(let room):
            answer(
                { [.members(room: room, try await client.get("/v1/rooms/\(room)/members?limit=1000"))] }, ChatInput.told
            )
        case .search(let words):
            answer({ [.found(words: words, try await client.search(words))] }, ChatInput.told)
        case .name(let user):
            answer({ [.name(user: user, try await client.get("/v1/users/\(user)"))] }, ChatInput.told)
        case .redraw: redraw()
        case .quit: quit()
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
        let client = client
        answer(
            {
                let room = try await command()
                return [.room(try await client.get("/v1/rooms/\(room)"), opens: true)]
            }, ChatInput.told)
    }
}
