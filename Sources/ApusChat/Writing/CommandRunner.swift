import ApusCore
import ApusWire
import Crypto

/// Runs commands inside a write transaction, one after the other: one that fails leaves no trace and does not hurt its
/// neighbours. Confined to the writer's thread.
final class CommandRunner {
    struct Outcome {
        var events: [LogEvent] = []
        var purged: [EncodedEvent] = []
        var signals: [SignalDraft] = []
        var receipts: Set<MemberKey> = []
        var afterCommit: [@Sendable (Hub) -> Void] = []
        /// Told to the metrics: how many in a row ended with `ok`, `repeated`, or a problem's code.
        var results: [(label: String, count: Int)] = []

        mutating func count(_ label: String) {
            if results.last?.label == label {
                results[results.count - 1].count += 1
            } else {
                results.append((label, 1))
            }
        }

        /// Signals are told after the events of the group: what somebody signalled before leaving is over by then.
        mutating func forgetSignals(ofWhoLeftIn events: [LogEvent]) {
            for event in events {
                guard case .left(let user) = event.membership, case .room(let room) = event.audience else { continue }
                signals.removeAll { $0.key.room == room && $0.key.user == user }
            }
        }
    }

    private struct Success {
        let ok: Reply.Content
        let isRepeat: Bool
    }

    private let hub: Hub
    private let limits: ChatLimits
    private let report: @Sendable (_ op: String, _ error: any Error) -> Void
    private var limiter: RateLimiter

    init(hub: Hub, limits: ChatLimits, report: @escaping @Sendable (String, any Error) -> Void) {
        self.hub = hub
        self.limits = limits
        self.report = report
        limiter = RateLimiter(perSecond: limits.commandsPerSecond, burst: limits.commandBurst)
    }

    /// A transaction begins: what an earlier one took off its users' allowance and did not carry through, they get back.
    func begin() { limiter.giveBack() }

    /// The transaction has happened.
    func commit() { limiter.settle() }

    /// Runs a submission's commands in order. After a retryable failure the rest is not tried: order would be lost.
    func run(_ submission: Submission, in store: any ChatTransaction, into outcome: inout Outcome) throws -> [Reply] {
        var replies: [Reply] = []
        var stopped = false
        for item in submission.items {
            let result: Result<Success, Problem>
            if stopped {
                result = .failure(Problem(.notTried, "An earlier command of the array failed; send this one again."))
            } else {
                result = try run(item, of: submission, in: store, into: &outcome)
            }
            if case .failure(let problem) = result, problem.code.isRetryable { stopped = true }
            outcome.count(Self.label(result))
            replies.append(Reply(id: item.id, result: result.map(\.ok)))
        }
        return replies
    }

    private static func label(_ result: Result<Success, Problem>) -> String {
        switch result {
        case .success(let success): success.isRepeat ? "repeated" : "ok"
        case .failure(let problem): problem.code.rawValue
        }
    }

    private func run(
        _ item: Command.Item, of submission: Submission, in store: any ChatTransaction, into outcome: inout Outcome
    ) throws -> Result<Success, Problem> {
        do {
            let command = try item.command.get()
            let context = CommandContext(
                store: store, hub: hub, user: try current(submission.user, in: store), id: command.id,
                at: hub.wallClock(), limits: limits)
            let success = try store.savepoint { try run(command, in: context, payer: submission.payer) }
            outcome.forgetSignals(ofWhoLeftIn: context.events)
            outcome.events += context.events
            outcome.purged += context.purged
            outcome.signals += context.signals
            outcome.receipts.formUnion(context.receipts)
            outcome.afterCommit += context.afterCommit
            return .success(success)
        } catch let problem as Problem {
            return .failure(problem)
        } catch let failure as StorageFailure {
            throw failure
        } catch let restart as TransactionRestart {
            throw restart
        } catch {
            report((try? item.command.get().op) ?? "?", error)  // a command that did not decode threw a Problem above
            return .failure(Problem(.internalError, "The command failed in the server; it has been logged."))
        }
    }

    /// Takes one command off somebody's allowance, or throws `rate_limited`.
    func charge(_ payer: UserKey, at now: Timestamp) throws {
        guard let wait = limiter.refusal(for: payer, now: now) else { return }
        throw Problem(
            .rateLimited, "More than \(limits.commandsPerSecond) commands a second; try again in \(wait) ms.",
            retryAfterMilliseconds: wait)
    }

    /// The user as the account is now: the command may have waited, or its stream may be older than a change.
    private func current(_ user: Identity, in store: any ChatTransaction) throws -> Identity {
        guard let account = try store.account(user.key) else {
            throw Problem(.unauthorized, "Your account is gone.")
        }
        if account.isBanned { throw Problem.banned }
        return account.identity
    }

    private func run(_ command: Command, in context: CommandContext, payer: UserKey) throws -> Success {
        let known = chatCommands[command.op]
        // The id comes before every other check, so that a repeat is answered even when it would now be refused.
        if let id = command.id, let first = try context.store.remembered(id, of: context.user.key) {
            return Success(ok: try repeated(command, known, first, in: context.store), isRepeat: true)
        }
        try charge(payer, at: context.at)
        guard let known else {
            let ops = chatCommands.keys.sorted().joined(separator: ", ")
            throw Problem(.unknownOperation, "There is no op \"\(command.op.prefix(40))\"; there are \(ops).")
        }
        let decoded = try known.init(Fields(command))
        let ok = try decoded.run(in: context)
        if let id = command.id, known.isRemembered {
            try context.store.remember(
                RememberedCommand(hash: Self.hash(decoded), reply: ok.json), id: id,
                of: context.user.key)
        }
        return Success(ok: ok, isRepeat: false)
    }

    private func repeated(
        _ command: Command, _ known: (any ChatCommand.Type)?, _ first: RememberedCommand, in store: any ChatTransaction
    ) throws -> Reply.Content {
        let ok = Reply.Content(json: first.reply)
        if !first.hash.isEmpty {
            // A command that does not decode is not the one that succeeded.
            let decoded = known.flatMap { try? $0.init(Fields(command)) }
            guard let decoded, Self.hash(decoded) == first.hash, try Self.says(decoded, asIn: ok, store) else {
                throw Problem(.idReused, "The id was used for another command; give each command an id of its own.")
            }
        }
        return ok.repeated
    }

    /// Whether a command says what the first one of its id said: the first reply names the event that brought it. Where
    /// there is no text any more, or never was (an edit to the same text may name a reaction), it is not compared.
    private static func says(
        _ command: some ChatCommand, asIn reply: Reply.Content, _ store: any ChatTransaction
    ) throws -> Bool {
        guard let said = command.said, let seq = try JSONValue(parsing: reply.json)["seq"]?.integer,
            let text = try store.text(of: seq)
        else {
            return true
        }
        // Not by `==`, for which two spellings of an accent are one.
        return said.utf8.elementsEqual(text.utf8)
    }

    /// What makes two commands the same, but for what is said: op and known fields. 128 bits of SHA-256.
    private static func hash(_ command: some ChatCommand) -> [UInt8] {
        var writer = JSONWriter(capacity: 128)
        writer.array {
            $0.string(type(of: command).op)
            $0.value(command.content)
        }
        return SHA256.hash(data: writer.bytes).withUnsafeBytes { Array($0.prefix(16)) }
    }
}
