import ApusClient
import Foundation
import Synchronization
import SystemPackage

/// The lines of the standard input as messages of one room. Many are on their way at once: on a slow network each would else
/// wait for the answer to the one before.
struct SendLines: Sendable {
    typealias Sent = (line: Int, post: StartedPost)

    /// As many as one request takes.
    static let most = 100

    let client: ApusClient
    let room: String

    /// Says them all; `told` hears of each in order. After one that is refused no further ones are read, but those on their
    /// way are waited for.
    func run(_ told: (Posted) throws -> Void) async throws {
        let (sent, continuation) = AsyncStream.makeStream(of: Sent.self)
        // One that is let go of below the value it was made with ends the program.
        let places = DispatchSemaphore(value: 0)
        for _ in 0..<Self.most { places.signal() }
        let reading = Reading()
        // Reading blocks, so not on a thread of the concurrency pool.
        Thread.detachNewThread { read(into: continuation, places, reading) }
        var refusal: Outbox.Refusal?
        for await (line, post) in sent {
            do { try told(try await post.posted) } catch let error as Outbox.Refusal {
                note("Line \(line) was refused; what is already on its way is said, and nothing after it.")
                refusal = refusal ?? error
                reading.end(continuation)
            }
            places.signal()
        }
        try Task.checkCancellation()
        if let refusal { throw refusal }
    }

    private func read(
        into sent: AsyncStream<Sent>.Continuation, _ places: DispatchSemaphore, _ reading: Reading
    ) {
        var lines = InputLines()
        var number = 0
        while let line = lines.next() {
            number += 1
            guard !line.isEmpty else { continue }
            places.wait()
            guard reading.goesOn({ sent.yield((number, client.start(line, in: room))) }) else { return }
        }
        reading.end(sent)
    }
}

/// What is sent is also waited for: nothing comes between the two.
private final class Reading: Sendable {
    private let isOver = Mutex(false)

    func goesOn(_ work: () -> Void) -> Bool {
        isOver.withLock { isOver in
            if !isOver { work() }
            return !isOver
        }
    }

    func end(_ sent: AsyncStream<SendLines.Sent>.Continuation) {
        isOver.withLock { isOver in
            isOver = true
            sent.finish()
        }
    }
}

/// Not by `readLine`: while that waits it has the input locked, and on some systems the end of the program waits for it.
private struct InputLines {
    private var pending = Data()

    mutating func next() -> String? {
        while true {
            if let end = pending.firstIndex(of: 0x0A) {
                defer { pending = pending[(end + 1)...] }
                return Self.text(pending[..<end])
            }
            // An input that cannot be read has no more lines, like one that is closed.
            guard let more = try? FileDescriptor.standardInput.read(upTo: 64 * 1024), !more.isEmpty else {
                defer { pending = Data() }
                return pending.isEmpty ? nil : Self.text(pending)
            }
            pending = Data(pending) + more
        }
    }

    private static func text(_ line: Data) -> String {
        String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
    }
}

extension FileDescriptor {
    /// What has come, as soon as anything has; nothing at the end.
    fileprivate func read(upTo count: Int) throws -> Data {
        var piece = Data(count: count)
        let size = try piece.withUnsafeMutableBytes { try read(into: $0) }
        return piece.prefix(size)
    }
}
