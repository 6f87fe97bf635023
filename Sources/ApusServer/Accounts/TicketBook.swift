import ApusChat
import ApusTransports
import ApusWire

/// Tickets: each stands once, and for half a minute, for the token that it was made with. No I/O; the clock comes in.
struct TicketBook {
    static let lifetime: Int64 = 30_000
    /// More than this are not out at once; a client that wants another waits.
    static let maximum = 10_000
    /// More than this are not out for one token: a new one takes the oldest one's place.
    static let maximumOfToken = 10

    private struct Entry {
        let token: String
        let expiresAt: Timestamp
    }

    private var tickets: [String: Entry] = [:]
    /// Of each token, the oldest first.
    private var issued: [String: [String]] = [:]

    mutating func issue(for token: String, now: Timestamp) throws(LimitReached) -> (
        ticket: String, expiresAt: Timestamp
    ) {
        if tickets.count >= Self.maximum { sweep(now) }
        if let own = issued[token], own.count >= Self.maximumOfToken { forget(own[0]) }
        guard tickets.count < Self.maximum else {
            throw LimitReached(
                RateLimitPolicy("tickets", quota: Self.maximum, window: Int(Self.lifetime / 1000)),
                "Too many tickets are out; try again in a moment.", retryAfterMilliseconds: Self.lifetime)
        }
        let ticket = OpaqueID.make(prefix: "ticket_")
        let expiresAt = now.later(by: Self.lifetime)
        tickets[ticket] = Entry(token: token, expiresAt: expiresAt)
        issued[token, default: []].append(ticket)
        return (ticket, expiresAt)
    }

    mutating func redeem(_ ticket: String, now: Timestamp) -> String? {
        guard let entry = forget(ticket), entry.expiresAt > now else { return nil }
        return entry.token
    }

    @discardableResult
    private mutating func forget(_ ticket: String) -> Entry? {
        guard let entry = tickets.removeValue(forKey: ticket) else { return nil }
        issued[entry.token]?.removeAll { $0 == ticket }
        if issued[entry.token]?.isEmpty == true { issued[entry.token] = nil }
        return entry
    }

    private mutating func sweep(_ now: Timestamp) {
        for (ticket, entry) in tickets where entry.expiresAt <= now { forget(ticket) }
    }
}
