import ApusCore
import ApusWire
import NIOCore
import NIOHTTP1

/// Whose bodies are collected.
extension FrontHandler {
    /// Called before more of a request is waited for: a request that is there whole is asked later, once.
    func refusalOfRest(of request: FrontRequest) -> Problem? {
        if standing != nil { return nil }
        do {
            let known = try Admission(backend: backend).isKnown(request)
            standing = known ? .somebody : .stranger
        } catch { return error }
        return keep(request.body.readableBytes)
    }

    /// Takes room for what has come of a stranger's body, or says why there is none.
    func keep(_ count: Int) -> Problem? {
        guard standing == .stranger, count > 0 else { return nil }
        if bodies.take(count) {
            kept += count
            return nil
        }
        return Problem(
            .overloaded, "Too many requests are coming in at this moment; try again in a few seconds.",
            retryAfterMilliseconds: 3000)
    }

    /// The request is there, or will never be.
    func letGo() {
        standing = nil
        if kept > 0 { bodies.giveBack(kept) }
        kept = 0
    }
}

/// What is known of who sends a request that is not complete.
enum Standing {
    case somebody
    case stranger
}

extension Admission {
    /// Whether a request carries a token that is somebody's; false if the disk must be asked. A ticket is not used up.
    func isKnown(_ request: FrontRequest) throws(Problem) -> Bool {
        let headers = request.head.headers
        if request.endpoint == .stream, request.target["ticket"] != nil, !headers.contains(name: "authorization") {
            return false
        }
        let presented = try Presented(
            authorization: headers.first(name: "authorization"), cookies: headers["cookie"])
        switch backend.known(token: presented.token) {
        case .somebody: return true
        case .unknown: return false
        case .nobody: throw Presented.unknown
        }
    }
}
