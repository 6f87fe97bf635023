import ApusCore
import ApusWire
import NIOCore
import NIOHTTP1

/// Who asks, and for which rooms: answered from memory where that is possible, otherwise from the disk.
struct Admission {
    let backend: any Backend

    enum Answer: Sendable {
        case admitted(Identity, Scope)
        case refused(Problem)
    }

    /// Calls `then` on the loop, at once if nothing needs the disk.
    func admit(
        _ headers: HTTPHeaders, rooms: [String]?, on loop: any EventLoop, then: @escaping (Answer) -> Void
    ) {
        guard let bearer = Bearer.token(headers.first(name: "authorization")) else {
            return then(
                .refused(Problem(.unauthorized, "Send the header \"Authorization: Bearer TOKEN\".")))
        }
        if let identity = backend.knownIdentity(bearer: bearer) {
            guard let rooms else { return then(.admitted(identity, .everything)) }
            if let keys = backend.knownRooms(named: rooms) { return then(.admitted(identity, .rooms(keys))) }
        }
        let then = NIOLoopBound(then, eventLoop: loop)
        backend.offload { [backend] in
            let answer: Answer
            do {
                if let identity = try backend.identity(bearer: bearer) {
                    answer = .admitted(
                        identity, try rooms.map { .rooms(try backend.rooms(named: $0)) } ?? .everything)
                } else {
                    answer = .refused(
                        Problem(.unauthorized, "The token is not known here; get a new one with `apus token NAME`."))
                }
            } catch {
                answer = .refused(Problem(.internalError, "The server cannot read its disk now; try again."))
            }
            loop.execute { then.value(answer) }
        }
    }
}

/// The credentials of a request (RFC 6750 section 2.1).
package enum Bearer {
    /// The token in an `Authorization` header.
    package static func token(_ header: String?) -> String? {
        guard let header, header.utf8.count <= 512 else { return nil }
        let utf8 = header.utf8
        let scheme = utf8.prefix { $0 != UInt8(ascii: " ") }
        guard scheme.count == 6, scheme.elementsEqual("bearer".utf8, by: { $0 | 0x20 == $1 }) else { return nil }
        let isSpace: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") }
        let token = utf8[scheme.endIndex...].drop(while: isSpace).prefix { !isSpace($0) }
        guard !token.isEmpty, utf8[token.endIndex...].allSatisfy(isSpace) else { return nil }
        return String(Substring(token))
    }
}
