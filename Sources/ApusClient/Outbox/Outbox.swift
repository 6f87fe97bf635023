public import ApusWire

/// What the user has done and the server has not yet confirmed. Every command ends as acknowledged or as a failure
/// that the user sees and can retry or delete; none is dropped.
///
/// A value without I/O, like `Ladder`. Which transport carries does not matter: the id makes a repeat harmless.
public struct Outbox: Sendable {
    public enum Input: Sendable {
        case add(Command)
        case reply(id: String, ok: JSONObject)
        case refused(id: String, Refusal)
        /// An event with a command's id was applied: the command happened, whatever was said of it.
        case event(id: String)
        /// The ladder's `carry`: replies owed by another carrier may never come.
        case carried
        /// Nothing carries any more.
        case stranded
        /// The user's word on a failure. `delete` also takes back what is not on its way.
        case retry(id: String)
        case delete(id: String)
        case due
    }

    public enum Action: Sendable {
        /// Store this entry, in place of an older one with the same id, before anything after this is done.
        case keep(Entry)
        /// Remove the stored entry.
        case forget(id: String)
        /// Send these as one command, or as one array.
        case send([String])
        /// Not kept: send it now if there is a carrier, else let it go. Who types is of no interest later.
        case pass(Command)
        /// It happened. `ok` is nil where only the event told.
        case acknowledged(id: String, ok: JSONObject?)
        case failed(id: String, Refusal)
    }

    /// One command or array that is unanswered, in one lane.
    struct Flight: Sendable {
        var ids: [String]
        var answerDue: Milliseconds
        var tries: Int
    }

    static let answer: Milliseconds = 5_000
    static let longestAnswer: Milliseconds = 20_000
    /// Well inside a frame's 128 KiB.
    static let arrayBytes = 64 * 1_024
    /// A command that the server stumbles over each time would hold the others up for ever.
    static let faults = 5
    static let unkept: Set<String> = ["typing", "presence", "ack"]

    public private(set) var entries: [Entry] = []
    var flights: [String: Flight] = [:]
    private var isCarried = false
    /// Limits and troubles are the user's or the server's, not a room's: one wait for all.
    private var notBefore: Milliseconds?
    private var refusals = 0

    public init() {}

    /// After a restart. What may have been sent before is sent again under its id.
    public init(restoring entries: [Entry]) { self.entries = entries.sorted { $0.place < $1.place } }

    /// How many wait for the server.
    public var waiting: Int { entries.count { $0.failure == nil } }

    /// How many of them the user knows of, for sentences such as "2 messages waiting": not those that only tell where
    /// one has read to.
    public var saidWaiting: Int { entries.count { $0.failure == nil && $0.command.op != "read" } }

    /// When to come back with `due`.
    public var deadline: Milliseconds? {
        guard isCarried else { return nil }
        guard let notBefore else { return flights.values.map(\.answerDue).min() }
        return waiting > 0 ? notBefore : nil
    }

    public mutating func handle(_ input: Input, now: Milliseconds, draw: Draw) -> [Action] {
        var actions: [Action] = []
        switch input {
        case .add(let command): add(command, &actions)
        case .reply(let id, let ok):
            refusals = 0
            happened(id, ok, &actions)
        case .refused(let id, let refusal): refused(id, refusal, now, draw, &actions)
        case .event(let id): happened(id, nil, &actions)
        case .carried:
            isCarried = true
            flights = [:]
        case .stranded:
            isCarried = false
            flights = [:]
        case .retry(let id): retry(id, &actions)
        case .delete(let id): delete(id, &actions)
        case .due: break
        }
        if let hold = notBefore, hold <= now { notBefore = nil }
        if isCarried, notBefore == nil {
            repeatUnanswered(now, &actions)
            sendWaiting(now, &actions)
        }
        return actions
    }

    private mutating func add(_ command: Command, _ actions: inout [Action]) {
        guard !Self.unkept.contains(command.op) else { return actions.append(.pass(command)) }
        guard let id = command.id else {
            preconditionFailure("a command without an id came to the outbox; only an id makes sending again harmless")
        }
        // The same id is the same command, which is here already.
        guard !entries.contains(where: { $0.id == id }) else { return }
        entries.append(Entry(place: (entries.last?.place ?? 0) + 1, command: command))
        actions.append(.keep(entries[entries.count - 1]))
    }

    private mutating func happened(_ id: String, _ ok: JSONObject?, _ actions: inout [Action]) {
        guard let index = entries.firstIndex(where: { $0.id == id }) else { return }
        land(entries[index])
        entries.remove(at: index)
        actions += [.acknowledged(id: id, ok: ok), .forget(id: id)]
    }

    private mutating func refused(
        _ id: String, _ refusal: Refusal, _ now: Milliseconds, _ draw: Draw, _ actions: inout [Action]
    ) {
        // A late answer to an earlier sending says nothing of this one.
        guard let index = entries.firstIndex(where: { $0.id == id }), isFlying(entries[index]) else { return }
        switch refusal.code {
        case ProblemCode.unauthorized.rawValue:
            // The command is good, the credentials are not: it waits for the next carrier.
            isCarried = false
            flights = [:]
        case ProblemCode.notTried.rawValue:
            // It follows the refusal that stopped the array, which has brought the whole array back. So this is late.
            break
        case ProblemCode.internalError.rawValue where entries[index].faults + 1 < Self.faults:
            entries[index].faults += 1
            hold(entries[index].lane, refusal, now, draw)
        case ProblemCode.internalError.rawValue:
            flights[entries[index].lane] = nil
            fail(index, refusal, &actions)
        default:
            if refusal.isRetryable {
                hold(entries[index].lane, refusal, now, draw)
            } else {
                fail(index, refusal, &actions)
            }
        }
    }

    /// The rest of the array was not tried: all of it comes back, so that it goes out again in order.
    private mutating func hold(_ lane: String, _ refusal: Refusal, _ now: Milliseconds, _ draw: Draw) {
        flights[lane] = nil
        let delay = refusal.retryAfter ?? jitter(backOff(refusals), draw)
        refusals += 1
        notBefore = max(notBefore ?? now, now + delay)
    }

    /// What stands behind it goes on: one bad message must not silence a room.
    private mutating func fail(_ index: Int, _ refusal: Refusal, _ actions: inout [Action]) {
        land(entries[index])
        entries[index].failure = refusal
        actions += [.keep(entries[index]), .failed(id: entries[index].id, refusal)]
    }

    /// The user has seen what came after it, so it goes behind that.
    private mutating func retry(_ id: String, _ actions: inout [Action]) {
        guard let index = entries.firstIndex(where: { $0.id == id && $0.failure != nil }) else { return }
        let place = (entries.last?.place ?? 0) + 1
        let entry = Entry(place: place, command: entries.remove(at: index).command)
        entries.append(entry)
        actions.append(.keep(entry))
    }

    private mutating func delete(_ id: String, _ actions: inout [Action]) {
        guard let index = entries.firstIndex(where: { $0.id == id }), !isFlying(entries[index]) else { return }
        entries.remove(at: index)
        actions.append(.forget(id: id))
    }
}
