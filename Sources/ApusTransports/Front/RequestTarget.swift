import ApusWire

/// A request target (RFC 9112 section 3.2.1) taken apart: the path, and the query's items with percent-encoding undone.
package struct RequestTarget {
    package let path: Substring
    private let items: [(name: String, value: String)]

    package init(_ uri: String) {
        let target = Self.origin(uri)
        let utf8 = target.utf8
        let mark = utf8.firstIndex(of: UInt8(ascii: "?")) ?? utf8.endIndex
        path = target[..<mark]
        items = utf8[mark...].dropFirst().split(separator: UInt8(ascii: "&")).map { item in
            guard let equals = item.firstIndex(of: UInt8(ascii: "=")) else { return (Self.decoded(item), "") }
            return (Self.decoded(item[..<equals]), Self.decoded(item[item.index(after: equals)...]))
        }
    }

    package subscript(name: String) -> String? { items.first { $0.name == name }?.value }

    /// The absolute form, which clients of proxies send, without its scheme and host (section 3.2.2).
    private static func origin(_ uri: String) -> Substring {
        if uri.utf8.first == UInt8(ascii: "/") { return uri[...] }
        let rest = uri.lowercased().hasPrefix("http") ? uri.drop { $0 != ":" } : ""
        guard rest.hasPrefix("://") else { return uri[...] }
        return rest.dropFirst(3).drop { $0 != "/" }
    }

    /// Undoes percent-encoding; `+` is a space, as forms write it. What is not valid stays as it came.
    private static func decoded(_ text: Substring.UTF8View) -> String {
        guard text.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(Substring(text))
        }
        var bytes: [UInt8] = []
        var rest = ArraySlice(text)
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2, let high = digit(rest[rest.startIndex]),
                let low = digit(rest[rest.startIndex + 1])
            {
                bytes.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
