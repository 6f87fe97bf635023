import NIOCore

/// The client's side of the wire: first the answer to the handshake, then frames. One decoder for both, because a
/// server that refuses by close code sends 101, the close frame and the end of file in one breath, and a pipeline
/// that swaps its decoders in between loses the frame.
struct WebSocketDecoder: ByteToMessageDecoder {
    enum InboundOut: Sendable {
        /// The head of a 101, or the whole of another answer.
        case answer(HTTPAnswer)
        case frame(WebSocketFrame)
    }

    private enum State {
        case head
        case body(HTTPAnswer, expected: Int?)
        case frames
        case done
    }

    private var state = State.head

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        switch state {
        case .head:
            guard let answer = try head(&buffer) else { return .needMoreData }
            guard answer.status != 101 else {
                state = .frames
                emit(.answer(answer), context)
                return .continue
            }
            state = .body(answer, expected: answer.headers["content-length"].flatMap { Int($0) })
            return .continue
        case .body(let answer, let expected):
            guard let expected, let body = buffer.readBytes(length: expected) else { return .needMoreData }
            finish(answer, body: body, context)
            return .continue
        case .frames:
            guard let frame = try WebSocketFrame(readingFrom: &buffer) else { return .needMoreData }
            emit(.frame(frame), context)
            return .continue
        case .done: return .needMoreData
        }
    }

    mutating func decodeLast(
        context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool
    ) throws -> DecodingState {
        while try decode(context: context, buffer: &buffer) == .continue {}
        if case .body(let answer, _) = state {
            finish(answer, body: buffer.readBytes(length: buffer.readableBytes) ?? [], context)
        }
        return .needMoreData
    }

    private mutating func finish(_ answer: HTTPAnswer, body: [UInt8], _ context: ChannelHandlerContext) {
        state = .done
        emit(.answer(HTTPAnswer(status: answer.status, headers: answer.headers, body: body)), context)
    }

    private func emit(_ message: InboundOut, _ context: ChannelHandlerContext) {
        context.fireChannelRead(Self.wrapInboundOut(message))
    }

    /// The status line and header fields up to the empty line; nil until that has come.
    private func head(_ buffer: inout ByteBuffer) throws -> HTTPAnswer? {
        let bytes = buffer.readableBytesView
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        buffer.moveReaderIndex(to: end.upperBound)
        let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        guard let first = lines.first, first.hasPrefix("HTTP/1.1 "), let status else {
            throw ClientFailure(.violation, "expected an HTTP status line, but \(lines.first ?? "nothing") came")
        }
        var headers: HeaderFields = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else {
                throw ClientFailure(.violation, "expected a header field, but \(line) came")
            }
            headers.add(String(line[..<colon]), line[line.index(after: colon)...].trimmed)
        }
        return HTTPAnswer(status: status, headers: headers, body: [])
    }
}

extension Substring {
    fileprivate var trimmed: String {
        let start = drop { $0 == " " || $0 == "\t" }
        return String(start.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
