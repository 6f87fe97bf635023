package import ApusWire
package import NIOCore

/// Where the replies to a submission go: a receiver and the loop's half that it belongs to.
package struct ReplyAddress: Sendable {
    package let half: Int
    package let receiver: NIOLoopBound<any ReplyReceiver>

    package init(half: Int, receiver: NIOLoopBound<any ReplyReceiver>) {
        self.half = half
        self.receiver = receiver
    }
}

package struct AddressedReplies: Sendable {
    package let address: ReplyAddress
    package let replies: [Reply]

    package init(address: ReplyAddress, replies: [Reply]) {
        self.address = address
        self.replies = replies
    }
}

/// A signal's new value and the rooms in which it is of interest.
struct RoutedSignal: Sendable {
    let signal: EncodedSignal
    let rooms: [RoomKey]
}

/// What waits for one loop. Everything of interest to the loop's readers, up to the moment of taking it, is in it:
/// so whoever takes it may move to the head published at that moment.
struct Mail: Sendable {
    var events: [EncodedEvent] = []
    var signals: [RoutedSignal] = []
    var replies: [AddressedReplies] = []
    var endings: [(reader: UInt64, bye: Bye)] = []
    /// Readers whose credentials have ended.
    var revocations: [EndedReaders] = []
    /// When the oldest of it was posted.
    var since: NIODeadline?

    var isEmpty: Bool { events.isEmpty && signals.isEmpty && replies.isEmpty && endings.isEmpty && revocations.isEmpty }
}

/// A taken mail with the positions that its taker has reached by it.
struct Delivery: Sendable {
    let mail: Mail
    let position: Int64
    let signalVersion: Int64
}

/// Which loops want to hear of what, as bit masks; so that a message wakes only loops that hold somebody who reads it.
struct Interest: Sendable {
    var rooms: [RoomKey: UInt64] = [:]
    var users: [UserKey: UInt64] = [:]
    let all: UInt64

    init(halves: Int) {
        precondition((1...64).contains(halves), "a mask holds 64 loops")
        all = halves == 64 ? .max : (1 << UInt64(halves)) - 1
    }

    func mask(_ event: EncodedEvent) -> UInt64 {
        switch (event.audience, event.membership) {
        case (.everyone, _): all
        case (.user(let user), _): users[user] ?? 0
        case (.room(let room), .joined(let user)), (.room(let room), .left(let user)):
            (rooms[room] ?? 0) | (users[user] ?? 0)
        case (.room(let room), nil): rooms[room] ?? 0
        }
    }

    mutating func drop(_ rooms: some Sequence<RoomKey>, bit: UInt64) {
        for room in rooms { drop(bit, from: &self.rooms[room]) }
    }

    mutating func drop(_ user: UserKey, bit: UInt64) { drop(bit, from: &users[user]) }

    private func drop(_ bit: UInt64, from mask: inout UInt64?) {
        guard let rest = mask.map({ $0 & ~bit }) else { return }
        mask = rest == 0 ? nil : rest
    }
}
