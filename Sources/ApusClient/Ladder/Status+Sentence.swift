extension Ladder.Status {
    /// One sentence for people. `waiting` is how many commands the outbox holds back.
    public func sentence(waiting: Int, now: Milliseconds) -> String {
        let messages =
            switch waiting {
            case 0: ""
            case 1: " 1 message waiting."
            default: " \(waiting) messages waiting."
            }
        switch self {
        case .idle: return "Not connected.\(messages)"
        case .connecting: return "Connecting…\(messages)"
        case .live: return waiting == 0 ? "Connected." : "Sending…\(messages)"
        case .suspect: return "Checking the connection…\(messages)"
        case .reconnecting(let nextTry): return "Reconnecting…\(Self.next(nextTry, now))\(messages)"
        case .offline(let nextTry): return "Offline.\(Self.next(nextTry, now))\(messages)"
        case .needsCredentials: return "Please sign in again.\(messages)"
        case .closed(.stopped): return "Disconnected.\(messages)"
        case .closed(.code("replaced")): return "Opened elsewhere.\(messages)"
        case .closed(.code("forbidden")), .closed(.httpStatus(403)): return "You may not connect here.\(messages)"
        case .closed: return "The server does not accept this app; an update may help.\(messages)"
        }
    }

    /// Seconds are rounded up: "in 0 s" would be a promise already broken.
    private static func next(_ nextTry: Milliseconds?, _ now: Milliseconds) -> String {
        guard let nextTry, nextTry > now else { return "" }
        return " Next try in \((nextTry - now + 999) / 1_000) s."
    }
}
