import ApusWire
import Crypto
import struct Foundation.Data
import NIOHTTP1

/// The opening handshake, server's side (RFC 6455 section 4.2).
enum WebSocketHandshake {
    static let subprotocol = "apus.v1"

    /// Whether a request wants to become a WebSocket.
    static func isAsked(_ head: HTTPRequestHead) -> Bool {
        head.headers[canonicalForm: "upgrade"].contains { $0.lowercased() == "websocket" }
    }

    /// The answer's headers, or why there is no WebSocket. A client that offers subprotocols must offer ours.
    static func answer(_ head: HTTPRequestHead) throws(Problem) -> HTTPHeaders {
        guard head.method == .GET, head.version == .http1_1,
            head.headers[canonicalForm: "connection"].contains(where: { $0.lowercased() == "upgrade" })
        else { throw Problem(.badRequest, "A WebSocket starts with GET, HTTP/1.1 and \"Connection: Upgrade\".") }
        guard head.headers.first(name: "sec-websocket-version") == "13" else {
            throw Problem(.upgradeRequired, "Only version 13 of WebSocket is spoken here (Sec-WebSocket-Version).")
        }
        let keys = head.headers["sec-websocket-key"]
        guard keys.count == 1, isKey(keys[0]) else {
            throw Problem(.badRequest, "Sec-WebSocket-Key is 16 bytes in base64.")
        }
        var headers = HTTPHeaders([
            ("upgrade", "websocket"), ("connection", "upgrade"), ("sec-websocket-accept", accept(keys[0])),
        ])
        let offered = head.headers[canonicalForm: "sec-websocket-protocol"]
        if !offered.isEmpty {
            guard offered.contains(where: { $0 == subprotocol }) else {
                throw Problem(
                    .badRequest, "None of the subprotocols is spoken here; offer \"\(subprotocol)\", or none.")
            }
            headers.add(name: "sec-websocket-protocol", value: subprotocol)
        }
        return headers
    }

    private static func isKey(_ text: String) -> Bool { Data(base64Encoded: text)?.count == 16 }

    private static func accept(_ key: String) -> String {
        let digest = Insecure.SHA1.hash(data: Data((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))
        return Data(digest).base64EncodedString()
    }
}
