/// One try of one transport, from `open` to its end.
struct Attempt: Sendable {
    let number: Int
    /// A poll goes from long to short and back without being opened anew: only what it asks differs.
    var transport: Transport
    let isProbe: Bool
    /// Its transport has just been proven by a probe that could not be kept: `hello` is enough.
    var isTrusted = false
    /// Until when it is to be proven; nil once it carries.
    var until: Milliseconds?
    /// A deadline was slept over, or the device is offline: its failure says nothing of the transport.
    var isExcused = false
    var hasHello = false
    var hasEcho = false
    var hasSpacedTick = false
    var isResuming = false
    var tickAt: Milliseconds?
    var probedAt: Milliseconds?
    var lastByte: Milliseconds
    /// When the poll that is out was asked, and for how many seconds; nil while none is out.
    var askedAt: Milliseconds?
    var waitSeconds = 0
    /// An answer came that had waited.
    var hasWaited = false
    /// A short poll that tries whether waiting works.
    var isTryingToWait = false

    init(_ number: Int, _ transport: Transport, isProbe: Bool, now: Milliseconds) {
        self.number = number
        self.transport = transport
        self.isProbe = isProbe
        until = now + LadderTimes.attempt
        lastByte = now
        askedAt = transport.isPoll ? now : nil
    }

    /// Bytes both ways, never merely open.
    var isProven: Bool {
        switch transport {
        case .webSocket: hasHello && hasEcho
        case .sse: hasHello && (isTrusted || hasSpacedTick && hasEcho)
        case .longPoll, .shortPoll: hasHello
        }
    }

    mutating func tick(_ now: Milliseconds) {
        if let tickAt, now - tickAt >= LadderTimes.spacing { hasSpacedTick = true }
        tickAt = now
    }

    /// When it counts as silent; nil for a poll between two questions, where nothing is owed.
    var silentAt: Milliseconds? {
        guard transport.isPoll else { return lastByte + LadderTimes.silence }
        return askedAt.map { max($0, lastByte) + LadderTimes.silence }
    }
}
