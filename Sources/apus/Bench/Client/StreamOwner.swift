import ApusWire

/// Whom a stream's connection tells what came, on the loop of both.
protocol StreamOwner: AnyObject {
    func hello(_ cursor: Cursor)
    /// - Returns: what it said; nil when it could not be read, and the stream is given up.
    @discardableResult
    func batch(_ bytes: UnsafeRawBufferPointer, _ form: BatchScan.Form) -> BatchScan?
    /// A `reply` frame, whole; only WebSocket.
    func reply(_ bytes: UnsafeRawBufferPointer)
    /// Last, and once.
    func ended(_ end: StreamEnd)
}

extension StreamOwner {
    /// All frames but batches and replies, which are found without being decoded. Frames of a later version 1 are
    /// ignored, as the protocol demands.
    func take(_ frame: ServerFrame) {
        switch frame {
        case .hello(let hello): self.hello(hello.cursor)
        case .reset(_, let cursor, _): ended(.reset(cursor.description))
        case .bye(let code, let reconnect, _):
            let refusal = Refusal(code: code, detail: "The stream was ended.")
            ended(reconnect && code != "too_much" ? .lost(code) : StreamEnd(refusal))
        case .batch, .reply, .probe: break
        }
    }
}
