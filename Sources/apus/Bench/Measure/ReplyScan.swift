import ApusWire

/// What a `reply` frame answers: found by looking for it where it begins letter by letter as the server writes it, else
/// decoded. The ids are the bench's own: without anything that JSON escapes, and ending in `-` and a number.
struct ReplyScan {
    /// The number at the end of the command's id; nil if there is none.
    var command: Int?
    /// Why the command failed.
    var refusal: Refusal?

    private static let start = Array(#"{"reply":{"id":""#.utf8)
    private static let success = Array(#"","ok":{"#.utf8)

    init(_ bytes: UnsafeRawBufferPointer) {
        if bytes.starts(with: Self.start) {
            let rest = bytes[Self.start.count...]
            if let end = rest.firstIndex(of: UInt8(ascii: "\"")), rest[end...].starts(with: Self.success) {
                command = Self.number(rest[..<end])
                return
            }
        }
        // Whatever else came: a reply that cannot be read answers nothing, and its command stays unanswered.
        guard case .reply(let id, let ok, let error)? = try? ServerFrame(parsing: bytes) else { return }
        command = id.flatMap { Self.number(Array($0.utf8)[...]) }
        if ok == nil { refusal = Refusal(error) }
    }

    /// One of the answers of `POST /v1/commands`.
    init(_ value: JSONValue) {
        command = value["id"]?.string.flatMap { Self.number(Array($0.utf8)[...]) }
        if value["ok"] == nil { refusal = Refusal(value["error"]?.object) }
    }

    private static func number<Bytes: BidirectionalCollection<UInt8>>(_ id: Bytes) -> Int? {
        guard let dash = id.lastIndex(of: UInt8(ascii: "-")) else { return nil }
        var digits = Array(id[id.index(after: dash)...])[...]
        guard let number = digits.readDigits(), digits.isEmpty else { return nil }
        return Int(number)
    }
}

extension Refusal {
    init(_ problem: JSONObject?) {
        self.init(code: problem?["code"]?.string ?? "unknown", detail: problem?["detail"]?.string ?? "")
    }
}
