import ApusChat
import ApusWire

/// Tickets: each stands once, and for half a minute, for the token that it was made with. No I/O; the clock comes in.
struct TicketBook {
    static let lifetime: Int64 = 30_000
    /// More than this are not out at once; a client that wants another waits.
    static let maximum = 10_000

    private struct Entry {
        let token: String
        let expiresAt: Timestamp
    }

    private var tickets: [String: Entry] = [:]

    mutating func issue(for token: String, now: Timestamp) throws(Problem) -> (ticket: String, expiresAt: Timestamp) {
        if tickets.count >= Self.maximum { tickets = tickets.filter { $0.value.expiresAt > now } }
        guard tickets.count < Self.maximum else {
            throw Problem(
                .rateLimited, "Too many tickets are out; try again in a moment.", retryAfterMilliseconds: Self.lifetime)
        }
        let ticket = OpaqueID.make(prefix: "ticket_")
        let expiresAt = now.later(by: Self.lifetime)
        tickets[ticket] = Entry(token: token, expiresAt: expiresAt)
        return (ticket, expiresAt)
    }

    mutating func redeem(_ ticket: String, now: Timestamp) -> String? {
        guard let entry = tickets.removeValue(forKey: ticket), entry.expiresAt > now else { return nil }
        return entry.token
    }
}
