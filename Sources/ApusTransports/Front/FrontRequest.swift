import ApusWire
import NIOCore
import NIOHTTP1

/// A request that the front serves itself, while it comes in.
final class FrontRequest {
    enum Endpoint {
        case stream
        case commands
    }

    let head: HTTPRequestHead
    let target: RequestTarget
    let endpoint: Endpoint
    private(set) var body = ByteBuffer()

    /// Nil for what belongs to the router.
    init?(_ head: HTTPRequestHead) {
        let target = RequestTarget(head.uri)
        switch target.path {
        case "/v1/stream": endpoint = .stream
        case "/v1/commands": endpoint = .commands
        default: return nil
        }
        self.head = head
        self.target = target
    }

    /// Whether this is the one request that may become something else.
    var asksForWebSocket: Bool { endpoint == .stream && head.method == .GET && WebSocketHandshake.isAsked(head) }

    var maximumBody: Int { endpoint == .commands ? 1024 * 1024 : ClientFrame.maximumSize }

    /// False when the body has become too large.
    func append(_ bytes: ByteBuffer) -> Bool {
        guard body.readableBytes + bytes.readableBytes <= maximumBody else { return false }
        if body.readableBytes == 0 { body = bytes } else { body.writeImmutableBuffer(bytes) }
        return true
    }

    /// Bodies are JSON and say so: a form of another site cannot.
    var hasJSONBody: Bool {
        let type = head.headers.first(name: "content-type")?.split(separator: ";").first
        return type?.trimmingSuffix(while: \.isWhitespace).lowercased() == "application/json"
    }
}

extension Substring {
    fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> Substring {
        var rest = self
        while let last = rest.last, predicate(last) { rest.removeLast() }
        return rest
    }
}
