package import ApusWire
import NIOCore
import NIOHTTP1

/// What comes over a stream's connection.
package enum Incoming: Sendable {
    /// The handshake is done, or the response's head has come.
    case opened
    case frame(ServerFrame)
    /// Bytes that are no whole frame, or none that is known.
    case heard
    /// Last, and once; `why` is for people.
    case ended(Ladder.End, why: String)
}

/// A connection that one stream comes over. Confined to its loop; after `close` it says nothing more.
package protocol StreamPort: AnyObject {
    /// Sends a frame, where the transport can.
    func send(_ frame: [UInt8])
    func close()
}

extension Ladder.End {
    /// What an answer says that is not the one hoped for: a status counts where the body is this protocol's, and from
    /// anybody who asks to come back later. All else is a network's doing.
    package init(_ answer: HTTPAnswer) {
        let retryAfter = answer.retryAfter
        if answer.problem != nil || answer.status == 429 || answer.status == 503 {
            self = .status(answer.status, retryAfter: retryAfter)
        } else {
            self = .lost
        }
    }
}

extension HTTPAnswer {
    /// The body, if it is a problem of this protocol.
    package var problem: JSONValue? {
        guard fields.first(name: "content-type") == "application/problem+json", let value = json,
            value["code"]?.string != nil
        else { return nil }
        return value
    }

    package var json: JSONValue? { try? JSONValue(parsing: body.readableBytesView) }  // anybody may have written it

    /// Proxies name whole seconds, a problem says it more exactly. Whose page about maintenance or signing in to a network
    /// names a day must not keep the client away for longer than it takes to get past them.
    package var retryAfter: Milliseconds? {
        let problem = problem
        if let exact = problem?.retryAfter { return exact }
        let longest = problem == nil ? LadderTimes.longestRetryOfOthers : LadderTimes.longestRetry
        return fields.first(name: "retry-after").flatMap { Int64($0) }.map { max(0, min($0, longest / 1_000)) * 1_000 }
    }

    /// What came, in words for people.
    package var sentence: String {
        if let problem { return "\(status) \(problem["detail"]?.string ?? problem["code"]?.string ?? "")" }
        return "an answer \(status) of type \(fields.first(name: "content-type") ?? "unknown")"
    }
}

extension JSONValue {
    /// What a problem of this protocol asks for.
    var retryAfter: Milliseconds? { self["retry_after_ms"]?.integer.map { max(0, min($0, LadderTimes.longestRetry)) } }
}
