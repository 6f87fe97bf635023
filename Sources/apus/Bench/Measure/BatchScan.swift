import ApusWire
import Foundation

/// What the bench needs to know of a batch, found by looking for it: decoding every event into values takes some ten
/// times longer, and would measure the bench instead of the server.
///
/// Why this is right: a batch that does not begin letter by letter as the server writes it is decoded by `ApusWire`
/// instead. After that beginning, only the texts of messages are looked for. A quotation mark inside of a JSON string is
/// always written `\"`, so `"text":"apus-bench ` can only be a member's name and the start of its value; and the streams
/// are narrowed to rooms in which nobody but the bench writes. A batch with events but without such a text is decoded too.
struct BatchScan {
    /// How a transport wraps a batch.
    enum Form {
        /// A WebSocket frame: `{"batch":{"from":…}}`.
        case frame
        /// The data of a server-sent event: `{"from":…}`.
        case content
        /// The body of a poll's answer: `{"cursor":…,"from":…,"more":…}`.
        case poll
    }

    var from: Int64
    var to: Int64
    /// Only polls: what to ask with next.
    var cursor: String?
    /// Only polls: ask again at once.
    var more = false
    /// Nothing happened: the heartbeat, or a wait that is over.
    var isEmpty: Bool

    /// - Parameter message: called for each message of the bench, in order.
    /// - Throws: `JSONError` when it is not a batch.
    init(_ bytes: UnsafeRawBufferPointer, _ form: Form, message: (Mark) -> Void) throws {
        if let quick = Self.head(bytes, form) {
            self = quick
            if isEmpty { return }
            var found = 0
            Self.eachMark(bytes) { mark in
                found += 1
                message(mark)
            }
            if found > 0 { return }
        }
        try self.init(decoding: bytes, form, message)
    }

    // MARK: looking

    private static let text = Array(#""text":"\#(Mark.prefix)"#.utf8)
    private static let frameStart = Array(#"{"batch":{"from":"#.utf8)
    private static let contentStart = Array(#"{"from":"#.utf8)
    private static let pollStart = Array(#"{"cursor":""#.utf8)
    private static let fromName = Array(#"","from":"#.utf8)
    private static let toName = Array(#","to":"#.utf8)
    private static let eventsName = Array(#","events":["#.utf8)
    private static let isMore = Array(#""more":true}"#.utf8)
    private static let isAll = Array(#""more":false}"#.utf8)

    private static func head(_ bytes: UnsafeRawBufferPointer, _ form: Form) -> BatchScan? {
        var rest = bytes[...]
        var cursor: String?
        switch form {
        case .frame: guard rest.skip(frameStart) else { return nil }
        case .content: guard rest.skip(contentStart) else { return nil }
        case .poll:
            guard rest.skip(pollStart), let end = rest.firstIndex(of: UInt8(ascii: "\"")) else { return nil }
            cursor = String(decoding: rest[..<end], as: UTF8.self)
            rest = rest[end...]
            guard rest.skip(fromName) else { return nil }
        }
        guard let from = rest.readDigits(), rest.skip(toName), let to = rest.readDigits() else { return nil }
        var more = false
        if form == .poll {
            more = bytes.ends(with: isMore)
            guard more || bytes.ends(with: isAll) else { return nil }
        }
        let hasEvents = rest.starts(with: eventsName)
        // Signals alone, or members in another order: whoever decodes it will see whether there are events.
        guard hasEvents || rest.count <= 16 else { return nil }
        return BatchScan(from: from, to: to, cursor: cursor, more: more, isEmpty: !hasEvents)
    }

    /// The text looked for ends in a space, and there are few others in a batch.
    private static func eachMark(_ bytes: UnsafeRawBufferPointer, _ body: (Mark) -> Void) {
        var rest = bytes[...]
        while let base = rest.base.baseAddress, !rest.isEmpty,
            let found = memchr(base + rest.startIndex, 0x20, rest.count)
        {
            let end = UnsafeRawPointer(found) - base + 1
            rest = bytes[end...]
            guard end >= text.count, bytes[(end - text.count)..<end].elementsEqual(text),
                let number = rest.readDigits(), rest.popFirst() == 0x20, let sent = rest.readDigits()
            else { continue }
            body(Mark(number: Int(number), sent: sent))
        }
    }

    // MARK: decoding

    private init(decoding bytes: UnsafeRawBufferPointer, _ form: Form, _ message: (Mark) -> Void) throws {
        var content = try JSONValue(parsing: bytes)
        if form == .frame {
            guard let inner = content["batch"] else { throw JSONError("expected a batch") }
            content = inner
        }
        let batch = try Batch<Event, Signal>(content)
        self.init(
            from: batch.from, to: batch.to, cursor: content["cursor"]?.string, more: content["more"]?.bool ?? false,
            isEmpty: batch.events.isEmpty)
        if form == .poll, cursor == nil { throw JSONError("\"cursor\" is missing") }
        for event in batch.events where event.type == "message.created" {
            if let mark = event.data["text"]?.string.flatMap(Mark.init(text:)) { message(mark) }
        }
    }

    private init(from: Int64, to: Int64, cursor: String?, more: Bool, isEmpty: Bool) {
        self.from = from
        self.to = to
        self.cursor = cursor
        self.more = more
        self.isEmpty = isEmpty
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func ends(with end: [UInt8]) -> Bool {
        count >= end.count && self[(count - end.count)...].elementsEqual(end)
    }
}

extension Slice<UnsafeRawBufferPointer> {
    fileprivate mutating func skip(_ expected: [UInt8]) -> Bool {
        guard starts(with: expected) else { return false }
        removeFirst(expected.count)
        return true
    }
}
