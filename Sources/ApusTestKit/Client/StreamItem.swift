package import ApusWire

/// What a stream brings, whatever the transport.
package enum StreamItem: Sendable, CustomStringConvertible {
    case hello(Hello)
    case batch(Batch<Event, Signal>)
    case reply(id: String?, ok: JSONObject?, error: JSONObject?)
    case probe(String)
    case reset(reason: String, cursor: Cursor)
    case bye(code: String, reconnect: Bool)
    /// The last item, for ever. A WebSocket has a close code (nil when the connection just ended), a refused request
    /// its status and body.
    case ended(closeCode: UInt16?, status: Int?, problem: JSONValue?)

    init(_ frame: ServerFrame) {
        switch frame {
        case .hello(let hello): self = .hello(hello)
        case .batch(let batch): self = .batch(batch)
        case .reply(let id, let ok, let error): self = .reply(id: id, ok: ok, error: error)
        case .probe(let nonce): self = .probe(nonce)
        case .reset(let reason, let cursor, _): self = .reset(reason: reason, cursor: cursor)
        case .bye(let code, let reconnect, _): self = .bye(code: code, reconnect: reconnect)
        }
    }

    /// The connection just ended.
    static var lost: StreamItem { .ended(closeCode: nil, status: nil, problem: nil) }

    static func refused(_ answer: HTTPAnswer) -> StreamItem {
        .ended(closeCode: nil, status: answer.status, problem: answer.problem)
    }

    package var description: String {
        switch self {
        case .hello(let hello): "hello(\(hello.cursor) for \(hello.user.id))"
        case .batch(let batch):
            "batch(\(batch.from)→\(batch.to): \(batch.events.map { "\($0.seq) \($0.type)" }.joined(separator: ", "))"
                + (batch.signals.isEmpty ? ")" : "; signals \(batch.signals.map(\.type).joined(separator: ", ")))")
        case .reply(let id, let ok, let error): "reply(\(id ?? "no id"): \((ok ?? error).map(Self.text) ?? "nothing"))"
        case .probe(let nonce): "probe(\(nonce))"
        case .reset(let reason, let cursor): "reset(\(reason), \(cursor))"
        case .bye(let code, let reconnect): "bye(\(code), reconnect: \(reconnect))"
        case .ended(let closeCode, let status, let problem):
            "ended("
                + [closeCode.map { "close code \($0)" }, status.map { "status \($0)" }, problem.map(Self.text)]
                .compactMap { $0 }.joined(separator: ", ") + ")"
        }
    }

    private static func text(_ object: JSONObject) -> String { text(.object(object)) }
    private static func text(_ value: JSONValue) -> String { String(decoding: value.encoded, as: UTF8.self) }
}
