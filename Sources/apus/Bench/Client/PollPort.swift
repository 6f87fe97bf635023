import ApusClient
import ApusWire
import NIOCore
import NIOHTTP1

/// A stream made of polls: the answer of one says with which cursor to ask the next.
final class PollPort {
    /// How to ask.
    struct Rhythm: Sendable {
        /// Seconds that the server waits for something to say; 0 for short polling.
        var wait: Int
        /// Between an answer and the next question.
        var pause: TimeAmount = .zero
    }

    private let target: BenchTarget
    private let loop: any EventLoop
    private let path: String
    private let rhythm: Rhythm
    private var owner: (any StreamOwner)?
    private var port: HTTPPort?
    private var cursor: String?
    private var hasBegun = false
    private var isFirst = true

    /// - Parameter path: with a query, to which `wait` and `cursor` are added.
    init(
        _ target: BenchTarget, on loop: any EventLoop, _ path: String, _ rhythm: Rhythm, cursor: String?,
        _ owner: any StreamOwner
    ) {
        (self.target, self.loop, self.path, self.rhythm) = (target, loop, path, rhythm)
        (self.cursor, self.owner) = (cursor, owner)
        ask()
    }

    /// Ends it without another word to its owner.
    func close() {
        owner = nil
        port?.close()
        port = nil
    }

    private func ask() {
        guard owner != nil else { return }
        guard let port, !port.isEnded else {
            port = HTTPPort.open(
                target, on: loop,
                HTTPPort.Events(
                    opened: { self.send() }, answered: { self.take($0) }, ended: { self.portEnded($0) }))
            return
        }
        send(on: port)
    }

    private func send() {
        if let port { send(on: port) }
    }

    private func send(on port: HTTPPort) {
        // The first answer only says where the stream stands, so it is not waited for.
        let wait = hasBegun ? rhythm.wait : 0
        port.send(.GET, "\(path)&wait=\(wait)\(cursor.map { "&cursor=\($0)" } ?? "")")
    }

    private func take(_ answer: HTTPAnswer) {
        guard answer.status == 200 else { return refuse(answer) }
        guard let scan = answer.body.withUnsafeReadableBytes({ read($0) }) else { return }
        cursor = scan.cursor
        if scan.more || rhythm.pause == .zero { return ask() }
        // Readers that came together do not ask together.
        let pause = isFirst ? TimeAmount.nanoseconds(.random(in: 0...rhythm.pause.nanoseconds)) : rhythm.pause
        isFirst = false
        loop.assumeIsolated().scheduleTask(in: pause) { self.ask() }
    }

    private func read(_ body: UnsafeRawBufferPointer) -> BatchScan? {
        if !hasBegun, let first = try? BatchScan(body, .poll, message: { _ in }),  // the owner tells what is wrong
            let cursor = first.cursor.flatMap({ Cursor($0) })
        {
            hasBegun = true
            owner?.hello(Cursor(epoch: cursor.epoch, seq: first.from))
        }
        return owner?.batch(body, .poll)
    }

    private func refuse(_ answer: HTTPAnswer) {
        let told = owner
        close()
        let value = try? JSONValue(parsing: answer.body.readableBytesView)  // proxies answer with anything
        if answer.status == 410, let cursor = value?["cursor"]?.string {
            told?.ended(.reset(cursor))
        } else {
            told?.ended(StreamEnd(Refusal(answer)))
        }
    }

    /// A kept connection may end between two polls: the next one makes another.
    private func portEnded(_ error: any Error) {
        let wasWaiting = port?.isWaiting ?? true
        let hadOpened = port?.hasOpened ?? false
        port = nil
        guard wasWaiting || !hadOpened else { return }
        let told = owner
        owner = nil
        told?.ended(hadOpened ? .lost("\(error)") : StreamEnd(connecting: error))
    }
}
