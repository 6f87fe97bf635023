import ApusWire
import Foundation
import NIOCore

/// Does what the machines say: sockets, timers, the file. Decides nothing itself. Confined to one event loop.
final class Shell {
    typealias Credentials = @Sendable () async throws -> String

    let loop: any EventLoop
    let endpoint: Endpoint
    let credentials: Credentials
    let requests: Requests
    /// Names this run of the program, so that its new stream ends the old one where the server has not noticed yet.
    let client = newCommandID()

    var ladder: Ladder
    var sequencer: Sequencer
    var outbox: Outbox
    var backlog: Backlog
    var lines: [Int: Line] = [:]
    var carrier: Int?
    var signalsTo: String?
    var signals = Signals()
    var hasCursor: Bool

    /// Who waits for the application's token, and the question that is out.
    var tokenWaiters: [Int: (TokenAnswer) -> Void] = [:]
    var lastTokenWaiter = 0
    var asking: (number: Int, since: Milliseconds, task: Task<Void, Never>)?
    /// By which the server's last word came: what a refusal is about.
    var lastToken: String?
    var renewing: Task<Void, Never>?
    /// Another token than the refused one is tried, and nothing carries by it yet.
    var isOnTrial = false

    var waiters: [String: [Waiter]] = [:]
    var added: [Command] = []
    var readers = Readers()
    var isRefilling = false
    var isTakingSnapshot = false
    /// Nil until a snapshot has told of them: for the ladder, or for whoever asked.
    var rooms: Rooms?
    var roomWaiters: [(Result<[Room], any Error>) -> Void] = []
    var roomNews: [(inout Rooms) -> Void] = []
    /// Who has asked something that takes a while: how to tell them that nothing comes of it.
    var questions: [String: (any Error) -> Void] = [:]

    /// Nil also when the client is closed: another one may use it.
    private var file: ClientFile?
    private let clock = ContinuousClock()
    private let began: ContinuousClock.Instant
    private var alarm: (at: Milliseconds, scheduled: Scheduled<Void>)?
    /// The file is behind, and is written by then at the latest.
    private var saveBy: Milliseconds?
    static let saveEvery: Milliseconds = 1_000

    init(
        _ endpoint: Endpoint, file: ClientFile?, saved: Saved, on loop: any EventLoop,
        credentials: @escaping Credentials
    ) {
        self.loop = loop
        self.endpoint = endpoint
        self.credentials = credentials
        self.file = file
        began = clock.now
        requests = Requests(endpoint, on: loop)
        hasCursor = saved.cursor != nil
        let cursor = saved.cursor ?? Cursor(epoch: "0", seq: 0)
        let wall = Milliseconds(Date().timeIntervalSince1970 * 1_000)
        ladder = Ladder(memory: saved.memory, hasCursor: saved.cursor != nil, now: 0, wall: wall)
        sequencer = Sequencer(cursor: cursor)
        outbox = Outbox(restoring: saved.entries)
        backlog = Backlog(from: cursor.seq)
    }

    /// Goes on through sleep, where the platform can tell.
    var now: Milliseconds { Milliseconds((clock.now - began) / .milliseconds(1)) }

    static func draw() -> Double { .random(in: 0..<1) }

    /// What the application sees. While it may have a newer token, nobody needs to sign in.
    var status: Status {
        let isRenewing = ladder.status == .needsCredentials && renewing != nil
        let status = isRenewing ? .reconnecting(nextTry: nil) : ladder.status
        return Status(status, waiting: outbox.saidWaiting, now: now)
    }

    // MARK: the machines

    func tell(_ input: Ladder.Input) {
        perform(ladder.handle(input, now: now, draw: Self.draw))
        settle()
    }

    func tell(_ input: Sequencer.Input) {
        perform(sequencer.handle(input, now: now))
        settle()
    }

    func tell(_ input: Outbox.Input, of event: Event? = nil) {
        perform(outbox.handle(input, now: now, draw: Self.draw), of: event)
        settle()
    }

    // MARK: time

    /// After each input: the alarm, and what the application sees.
    func settle() {
        readers.tell(status)
        let next = [ladder.deadline, sequencer.deadline, outbox.deadline, saveBy].compactMap(\.self).min()
        guard next != alarm?.at else { return }
        alarm?.scheduled.cancel()
        alarm = nil
        guard let next else { return }
        let delay = TimeAmount.milliseconds(max(0, next - now))
        alarm = (next, loop.assumeIsolated().scheduleTask(in: delay) { self.ring() })
    }

    private func ring() {
        alarm = nil
        let now = now
        if let due = ladder.deadline, due <= now { tell(Ladder.Input.due) }
        if let due = sequencer.deadline, due <= now { tell(Sequencer.Input.due) }
        if let due = outbox.deadline, due <= now { tell(Outbox.Input.due) }
        if let due = saveBy, due <= now { save() }
        settle()
    }

    // MARK: the file

    func saveSoon() {
        guard file != nil, saveBy == nil else { return }
        saveBy = now + Self.saveEvery
    }

    func letGoOfFile() {
        save()
        file = nil
        saveBy = nil
    }

    /// A disk that refuses must not end the conversation: it is tried again.
    func save() {
        guard file != nil else { return }
        saveBy = nil
        var saved = Saved()
        saved.cursor = hasCursor ? Cursor(epoch: sequencer.cursor.epoch, seq: backlog.done) : nil
        saved.memory = ladder.memory
        saved.entries = outbox.entries
        do { try file?.write(saved) } catch { saveBy = now + 10 * Self.saveEvery }
    }
}
