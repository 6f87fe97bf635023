/// The ways of reading the log, the best one first.
public enum Transport: String, Sendable, CaseIterable, Comparable {
    case webSocket = "websocket"
    case sse
    case longPoll = "long_poll"
    case shortPoll = "short_poll"

    var isPoll: Bool { self == .longPoll || self == .shortPoll }

    private var rung: Int {
        switch self {
        case .webSocket: 3
        case .sse: 2
        case .longPoll: 1
        case .shortPoll: 0
        }
    }

    /// The greater one is preferred: it costs less a message and is faster.
    public static func < (left: Transport, right: Transport) -> Bool { left.rung < right.rung }
}
