import ApusWire
import NIOHTTP1

extension Problem {
    /// What is wrong with a head that the decoder lets pass, or nil. Whatever two readers may understand differently is
    /// refused, for a proxy in front may have understood it the other way (RFC 9112, sections 3.2, 6.1 and 11.2).
    init?(framing head: HTTPRequestHead, maximumBody: Int) {
        let hosts = head.headers["host"]
        guard hosts.count == 1 || hosts.isEmpty && head.version == .http1_0, hosts.allSatisfy(Self.isHost) else {
            self.init(.badRequest, "A request has one Host header, with a host and no more than a port.")
            return
        }
        let codings = head.headers["transfer-encoding"]
        guard codings.isEmpty || head.version == .http1_1 && codings.map({ $0.lowercased() }) == ["chunked"] else {
            self.init(.badRequest, "The only transfer coding is \"chunked\", once, over HTTP/1.1.")
            return
        }
        // Said before the body comes; the decoder has seen to it that there are only digits.
        if let length = head.headers.first(name: "content-length"), Int(length).map({ $0 > maximumBody }) ?? true {
            self = .tooLarge(maximumBody)
            return
        }
        return nil
    }

    static func tooLarge(_ maximumBody: Int) -> Problem {
        Problem(.tooLarge, "The body of this request has at most \(maximumBody) bytes.")
    }

    /// Loosely RFC 3986 section 3.2.2; what matters is that no second host, path or user hides in it.
    private static func isHost(_ text: String) -> Bool {
        text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-._~%!$&'()*+;=:[]".utf8.contains(byte)
            }
        }
    }
}

extension HTTPRequestHead {
    /// Whether the client waits for a word before it sends the body (RFC 9110 section 10.1.1).
    var expectsContinue: Bool {
        version == .http1_1 && headers.contains(name: "expect")
            && headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
    }
}
