import ApusWire
import NIOConcurrencyHelpers

/// What must be in the log, by what was answered: a simple picture of the chat without storage, loops or sockets.
final class ChatModel: Sendable {
    /// One event, as far as the model foresees it.
    struct Fact: Sendable, Equatable {
        var seq: Int64
        var type: String
        var room: String
        var by: String
        /// Who comes or goes.
        var subject: String?
        var id: String?
        var number: Int64?
        var text: String?
    }

    /// Whether a room is there is known for sure only once its creation was answered.
    enum Existence: Sendable {
        case no, maybe, yes
    }

    /// A private room: only who made it brings people in and puts them out.
    struct Vault: Sendable {
        let room: String
        let owner: String
    }

    private struct State {
        var vaults: [Vault] = []
        var facts: [Int64: Fact] = [:]
        var rooms: [String: Existence] = [:]
    }

    private let state = NIOLockedValueBox(State())

    func existence(of room: String) -> Existence { state.withLockedValue { $0.rooms[room] ?? .no } }

    /// Somebody is about to try to make the room.
    func expectRoom(_ room: String) {
        state.withLockedValue { if $0.rooms[room] == nil { $0.rooms[room] = .maybe } }
    }

    func confirmRoom(_ room: String) { state.withLockedValue { $0.rooms[room] = .yes } }

    var vaults: [Vault] { state.withLockedValue(\.vaults) }

    func add(_ vault: Vault) { state.withLockedValue { $0.vaults.append(vault) } }

    func record(_ fact: Fact) throws {
        let other = state.withLockedValue { $0.facts.updateValue(fact, forKey: fact.seq) }
        if let other, other != fact { throw DeliveryFailure("two answers for one seq: \(other) and \(fact)") }
    }

    /// All that happened, in order. Throws if a message number is not the next one of its room, a seq is missing, or
    /// somebody spoke in a room that they were not in.
    func facts() throws -> [Fact] {
        let facts = state.withLockedValue { $0.facts.values.sorted { $0.seq < $1.seq } }
        var heads: [String: Int64] = [:]
        var members: [String: Set<String>] = [:]
        for (index, fact) in facts.enumerated() {
            try require(fact.seq == Int64(index) + 1, "seq \(index + 1), but \(fact) was answered")
            if let subject = fact.subject {
                if fact.type == "member.left" {
                    members[fact.room]?.remove(subject)
                } else {
                    members[fact.room, default: []].insert(subject)
                }
            }
            guard let number = fact.number else { continue }
            try require(members[fact.room]?.contains(fact.by) == true, "a member, but \(fact) was answered")
            let next = (heads[fact.room] ?? 0) + 1
            try require(number == next, "number \(next) in \(fact.room), but \(fact) was answered")
            heads[fact.room] = next
        }
        return facts
    }

    /// What a user sees of it: from joining to leaving.
    static func visible(_ facts: [Fact], to user: String) -> [Fact] {
        var mine: Set<String> = []
        return facts.filter { fact in
            if fact.type == "room.created" && fact.by == user || fact.type == "member.joined" && fact.subject == user {
                mine.insert(fact.room)
            }
            defer { if fact.subject == user, fact.type == "member.left" { mine.remove(fact.room) } }
            return mine.contains(fact.room)
        }
    }
}

extension ChatModel.Fact {
    /// The same of an event that was received or stored.
    init(_ event: Event) {
        self.init(
            seq: event.seq, type: event.type, room: event.room ?? "", by: event.by,
            subject: event.data["user"]?.string, id: event.id, number: event.data["number"]?.integer,
            text: event.data["text"]?.string)
    }
}
