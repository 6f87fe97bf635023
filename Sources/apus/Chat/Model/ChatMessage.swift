import ApusClient
import ApusWire

/// A message as it is shown.
struct ChatMessage: Equatable, Sendable {
    struct Reaction: Equatable, Sendable {
        var emoji: String
        var count: Int64
        /// Whose they are: not all where they are many, but always oneself.
        var users: [String]
    }

    let number: Int64
    var seq: Int64
    let by: String
    let at: String
    let id: String?
    /// Nil if it was deleted.
    var text: String?
    var replyTo: Int64?
    var isEdited = false
    var reactions: [Reaction] = []

    init(_ message: Message) {
        number = message.number
        seq = message.seq
        by = message.by
        at = message.at
        id = message.id
        text = message.text
        replyTo = message.replyTo
        isEdited = message.editedAt != nil
        reactions = message.reactions.map { Reaction(emoji: $0.emoji, count: $0.count, users: $0.users) }
    }

    /// Takes what an event says of it, unless that is known already.
    mutating func apply(_ event: Event) {
        guard event.seq > seq else { return }
        seq = event.seq
        let emoji = event.data["emoji"]?.string ?? ""
        let place = reactions.firstIndex { $0.emoji == emoji }
        switch event.type {
        case "message.updated":
            // One that was deleted since has no text in its older events.
            guard let new = event.data["text"]?.string else { return }
            text = new
            isEdited = true
        case "message.deleted":
            text = nil
            reactions = []
        case "reaction.added":
            guard let place else { return reactions.append(Reaction(emoji: emoji, count: 1, users: [event.by])) }
            reactions[place].count += 1
            reactions[place].users.append(event.by)
        case "reaction.removed":
            guard let place else { return }
            reactions[place].count -= 1
            reactions[place].users.removeAll { $0 == event.by }
            if reactions[place].count <= 0 { reactions.remove(at: place) }
        default: break
        }
    }
}

/// One's own, until it has come back as an event.
struct PendingMessage: Equatable, Sendable {
    enum State: Equatable, Sendable {
        case queued
        case onDisk(number: Int64)
        case failed(String)
    }

    let id: String
    let text: String
    let replyTo: Int64?
    var state = State.queued
}
