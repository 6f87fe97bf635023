import ArgumentParser
import NIOCore

/// The four ways to read.
enum Transport: String, CaseIterable, ExpressibleByArgument, Sendable {
    case webSocket = "ws"
    case eventStream = "sse"
    case longPoll = "longpoll"
    case shortPoll = "shortpoll"

    var words: String {
        switch self {
        case .webSocket: "WebSocket"
        case .eventStream: "server-sent events"
        case .longPoll: "long polling"
        case .shortPoll: "short polling"
        }
    }

    /// How long the server may keep a poll waiting; short of the minute after which many proxies cut.
    static let pollWait = 25
}

/// A transport, or each of them after the other.
enum TransportChoice: ExpressibleByArgument, Sendable {
    case one(Transport)
    case all

    init?(argument: String) {
        if argument == "all" {
            self = .all
        } else if let transport = Transport(rawValue: argument) {
            self = .one(transport)
        } else {
            return nil
        }
    }

    static let allValueStrings = Transport.allCases.map(\.rawValue) + ["all"]

    var defaultValueDescription: String {
        switch self {
        case .one(let transport): transport.rawValue
        case .all: "all"
        }
    }

    var transports: [Transport] {
        switch self {
        case .one(let transport): [transport]
        case .all: Transport.allCases
        }
    }
}
