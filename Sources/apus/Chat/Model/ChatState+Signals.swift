import ApusClient
import ApusWire

/// Who types, who is here, who has read what.
extension ChatState {
    static let typingLasts: Milliseconds = 10_000

    mutating func take(_ new: Signals) {
        signals = new
        for index in rooms.indices {
            let room = rooms[index].id
            if let read = new.all("receipt", in: room)[me]?.value["read"]?.integer {
                rooms[index].wasRead(upTo: read)
            }
            for (user, signal) in new.all("typing", in: room) where typing["\(room) \(user)"]?.v != signal.v {
                typing["\(room) \(user)"] = (signal.v, now)
            }
        }
    }

    /// Who types in the open room, by name.
    var typists: [String] {
        guard let open else { return [] }
        return signals.all("typing", in: open).compactMap { user, signal in
            guard user != me, signal.value.bool == true, let since = typing["\(open) \(user)"]?.since,
                now - since < Self.typingLasts
            else { return nil }
            return name(of: user)
        }.sorted()
    }

    func isHere(_ user: String) -> Bool { (signals.all("presence")[user]?.value.string ?? "offline") == "online" }

    /// How far one's message has come with the others in its room.
    struct Ticks: Equatable {
        var isDelivered: Bool
        var readers: Int64
        var others: Int64

        var text: String {
            let ticks = isDelivered ? "✓✓" : "✓"
            return switch readers {
            case 0: ticks
            case others: "\(ticks) read"
            default: "\(ticks) read by \(readers)"
            }
        }
    }

    func ticks(_ number: Int64, in room: ChatRoom) -> Ticks {
        let hooks = (members[room.id] ?? []).count { people[$0]?.isHook == true }
        let others = max(0, room.members - Int64(hooks) - 1)
        if let all = signals.all("receipts", in: room.id)[""]?.value {
            let isRead = others > 0 && (all["read_by_all"]?.integer ?? 0) >= number
            let isDelivered = others > 0 && (all["delivered_by_all"]?.integer ?? 0) >= number
            return Ticks(isDelivered: isDelivered || isRead, readers: isRead ? others : 0, others: others)
        }
        let receipts = signals.all("receipt", in: room.id).filter { $0.key != me && people[$0.key]?.isHook != true }
            .values
        let delivered = receipts.count { ($0.value["delivered"]?.integer ?? 0) >= number }
        let read = receipts.count { ($0.value["read"]?.integer ?? 0) >= number }
        return Ticks(
            isDelivered: others > 0 && Int64(max(delivered, read)) >= others, readers: min(others, Int64(read)),
            others: others)
    }
}
