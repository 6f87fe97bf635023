package import NIOCore

/// Reads `text/event-stream` (WHATWG HTML, section 9.2.6) in whatever pieces it comes, as far as a frame needs it: `id`
/// and `retry` are left out, since a batch says itself where it ends.
package struct EventStreamInput {
    package struct Event: Equatable {
        package var name: String
        package var data: ByteBuffer
    }

    private var pending = ByteBuffer()
    private var name = ""
    private var data: ByteBuffer?

    package init() {}

    package mutating func append(_ bytes: inout ByteBuffer) {
        pending.discardReadBytes()
        if pending.readableBytes == 0 { pending = bytes } else { pending.writeBuffer(&bytes) }
    }

    /// The next whole event; nil when more bytes are needed.
    package mutating func next() -> Event? {
        while var line = line() {
            if line.readableBytes == 0 {
                defer { (name, data) = ("", nil) }
                if let data { return Event(name: name.isEmpty ? "message" : name, data: data) }
            } else if line.skip("data:") {
                if var begun = data {
                    begun.writeString("\n")
                    begun.writeBuffer(&line)
                    data = begun
                } else {
                    data = line
                }
            } else if line.skip("event:") {
                name = String(buffer: line)
            }
        }
        return nil
    }

    private mutating func line() -> ByteBuffer? {
        guard let end = pending.readableBytesView.firstIndex(of: 0x0A),
            var line = pending.readSlice(length: end - pending.readerIndex)
        else { return nil }
        pending.moveReaderIndex(forwardBy: 1)
        if line.readableBytesView.last == 0x0D { line.moveWriterIndex(to: line.writerIndex - 1) }
        return line
    }
}

extension ByteBuffer {
    /// Takes a field's name, and one space after it, off the front.
    fileprivate mutating func skip(_ field: StaticString) -> Bool {
        let name = UnsafeBufferPointer(start: field.utf8Start, count: field.utf8CodeUnitCount)
        guard readableBytesView.starts(with: name) else { return false }
        moveReaderIndex(forwardBy: name.count)
        if readableBytesView.first == 0x20 { moveReaderIndex(forwardBy: 1) }
        return true
    }
}
