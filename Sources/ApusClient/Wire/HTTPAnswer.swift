package import NIOCore
package import NIOHTTP1

/// A whole HTTP response.
package struct HTTPAnswer: Sendable {
    package var status: Int
    package var fields: HTTPHeaders
    package var body: ByteBuffer

    package init(status: Int, fields: HTTPHeaders, body: ByteBuffer = ByteBuffer()) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    package init(_ head: HTTPResponseHead) { self.init(status: Int(head.status.code), fields: head.headers) }
}
