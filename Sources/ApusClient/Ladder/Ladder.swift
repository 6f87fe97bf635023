/// The client's way to stay connected: which transport to open, prove, carry by, leave, and when to try again.
///
/// A value without I/O: each input is handed in with the time, and the answer is what to do. `deadline` says when to
/// come back with `due` if nothing else happens. Time must be handed in without going back. docs/client.md describes
/// the machine, `Protocol/vectors/ladder` its behaviour.
public struct Ladder: Sendable {
    enum Phase: Sendable {
        case idle
        /// No transport carries; attempts are on their way. A poll or WebSocket joins when its time comes.
        case racing(Race)
        case snapshotting(until: Milliseconds)
        case waiting(until: Milliseconds)
        case live(Live)
        case needsCredentials
        case closed(Reason)
    }

    struct Race: Sendable {
        var startedAt: Milliseconds
        /// Who has not set out yet, in this order.
        var next: [Transport]
        /// When the one that gave the first a head start sets out.
        var secondAt: Milliseconds?
        /// Failed so far; a strike each, once a worse transport is proven.
        var failed: Set<Transport> = []
    }

    struct Live: Sendable {
        var carrier: Int
        /// When anything began to carry without a break, and when this transport did.
        let since: Milliseconds
        var carrierSince: Milliseconds
        var checkUntil: Milliseconds?
        var isSuspect = false
        /// A waiting poll got no answer; if one that does not wait gets one, that is a strike against waiting.
        var waitFailed = false
        var pollAt: Milliseconds?
        var climbAt: Milliseconds?
        var climbs = 0
    }

    var phase = Phase.idle
    var attempts: [Attempt] = []
    var lastNumber = 0
    var needsSnapshot: Bool
    /// Rounds lost in a row; the back-off grows with them.
    var failures = 0
    /// The server's word: not before then, whatever happens.
    var notBefore: Milliseconds?
    var memory: Memory
    var strikes: [Transport: Strikes] = [:]
    var roundTrip: Milliseconds?
    var isOffline = false
    var isVisible = true
    var hasBeenLive = false
    var told = Status.idle
    var actions: [Action] = []
    /// Milliseconds since 1970 at the machine's time 0.
    let epoch: Milliseconds

    /// - Parameters:
    ///   - hasCursor: whether there is a position to read on from; otherwise a snapshot is taken first.
    ///   - now: the machine's time, and `wall` the same moment in milliseconds since 1970, which memory is kept in.
    public init(memory: Memory = Memory(), hasCursor: Bool, now: Milliseconds, wall: Milliseconds) {
        self.memory = memory
        needsSnapshot = !hasCursor
        epoch = wall - now
    }

    /// Takes one input, then everything that is due, and says what to do.
    public mutating func handle(_ input: Input, now: Milliseconds, draw: Draw) -> [Action] {
        take(input, now, draw)
        runDue(now, draw)
        tellStatus()
        defer { actions = [] }
        return actions
    }

    private mutating func take(_ input: Input, _ now: Milliseconds, _ draw: Draw) {
        switch input {
        case .start: start(now)
        case .stop: finish(.closed(.stopped), now)
        case .credentialsRenewed: if case .needsCredentials = phase { beginWhenAllowed(now) }
        case .opened(let number): opened(number, now)
        case .hello(let number): hello(number, now)
        case .echoed(let number): echoed(number, now)
        case .batch(let number, let isEmpty): batch(number, isEmpty, now)
        case .heard(let number): heard(number, now)
        case .polled(let number, let isEmpty, let more, let retryAfter):
            polled(number, isEmpty: isEmpty, more: more, retryAfter: retryAfter, now, draw)
        case .bye(let number, let code, let reconnect, let spread):
            bye(number, code, reconnect, spread, now, draw)
        case .reset(let number, let spread): reset(number, spread, now, draw)
        case .gap(let number): gap(number, now, draw)
        case .ended(let number, let end): ended(number, end, now, draw)
        case .snapshotTaken: snapshotTaken(now)
        case .snapshotFailed(let end): snapshotFailed(end, now, draw)
        case .offline:
            isOffline = true
            check(now)
        case .online:
            isOffline = false
            networkChanged(now)
        case .networkChanged: networkChanged(now)
        case .visible:
            isVisible = true
            hurry(now)
        case .hidden: isVisible = false
        case .woke: woke(now)
        case .due: break
        }
    }

    private mutating func tellStatus() {
        let status = self.status
        guard status != told else { return }
        told = status
        actions.append(.status(status))
    }

    /// What the application sees now.
    public var status: Status {
        switch phase {
        case .idle: return .idle
        case .racing, .snapshotting:
            if isOffline { return .offline(nextTry: nil) }
            return hasBeenLive || failures > 0 ? .reconnecting(nextTry: nil) : .connecting
        case .waiting(let until): return isOffline ? .offline(nextTry: until) : .reconnecting(nextTry: until)
        case .live(let live):
            let transport = attempts[index(live.carrier)].transport
            return live.isSuspect ? .suspect(transport) : .live(transport)
        case .needsCredentials: return .needsCredentials
        case .closed(let reason): return .closed(reason)
        }
    }
}
