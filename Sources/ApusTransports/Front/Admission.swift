import ApusCore
import ApusWire
import NIOCore
import NIOHTTP1

/// Who asks, and for which rooms: answered from memory where that is possible, otherwise from the disk.
struct Admission {
    let backend: any Backend

    enum Answer: Sendable {
        case admitted(Credential, Scope)
        case refused(Problem)
    }

    /// Calls `then` on the loop, at once if nothing needs the disk.
    func admit(
        _ request: FrontRequest, rooms: [String]? = nil, on loop: any EventLoop, then: @escaping (Answer) -> Void
    ) {
        let token: String
        do { token = try self.token(request) } catch { return then(.refused(error)) }
        admit(token, rooms, on: loop, then: then)
    }

    /// The token that a request goes by. A ticket is used up by asking.
    private func token(_ request: FrontRequest) throws(Problem) -> String {
        let headers = request.head.headers
        if request.endpoint == .stream, let ticket = request.target["ticket"], !headers.contains(name: "authorization")
        {
            guard let token = backend.redeem(ticket: ticket) else {
                throw Problem(.unauthorized, "The ticket is not good: each is used once, within 30 seconds.")
            }
            return token
        }
        let presented = try Presented(
            authorization: headers.first(name: "authorization"), cookies: headers["cookie"])
        try presented.check(
            changes: request.asksForWebSocket || request.head.method != .GET && request.head.method != .HEAD,
            origin: headers.first(name: "origin"), host: headers.first(name: "host"), backend.origins)
        return presented.token
    }

    private func admit(
        _ token: String, _ rooms: [String]?, on loop: any EventLoop, then: @escaping (Answer) -> Void
    ) {
        switch backend.known(token: token) {
        case .nobody: return then(.refused(Presented.unknown))
        case .somebody(let credential):
            guard let rooms else { return then(.admitted(credential, .everything)) }
            if let keys = backend.knownRooms(named: rooms) { return then(.admitted(credential, .rooms(keys))) }
        case .unknown: break
        }
        load(token, rooms, tries: 3, on: loop, then: then)
    }

    /// Has what is needed read into memory and asks there again, on the loop: what has ended while it was read is not
    /// let in, and what ends later finds the reader.
    private func load(
        _ token: String, _ rooms: [String]?, tries: Int, on loop: any EventLoop, then: @escaping (Answer) -> Void
    ) {
        let then = NIOLoopBound(then, eventLoop: loop)
        backend.offload { [self] in
            let scope = Result<Scope, any Error> {
                try backend.load(token: token)
                return try rooms.map { .rooms(try backend.rooms(named: $0)) } ?? .everything
            }
            loop.execute {
                switch (scope, backend.known(token: token)) {
                case (.failure(let problem as Problem), _): then.value(.refused(problem))
                case (.failure, _):
                    then.value(.refused(Problem(.internalError, "The server cannot read its disk now; try again.")))
                case (.success, .nobody): then.value(.refused(Presented.unknown))
                case (.success(let scope), .somebody(let credential)): then.value(.admitted(credential, scope))
                // It has changed just now.
                case (.success, .unknown) where tries > 1:
                    load(token, rooms, tries: tries - 1, on: loop, then: then.value)
                case (.success, .unknown): then.value(.refused(Presented.unknown))
                }
            }
        }
    }
}
