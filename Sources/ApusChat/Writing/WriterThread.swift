import ApusCore
import ApusWire

/// What the writer's thread does with a group of work.
final class WriterThread: @unchecked Sendable {
    // Invariant for @unchecked: `process` is only ever called on the group commit's one thread.
    private let store: any ChatStore
    private let hub: Hub
    private let runner: CommandRunner
    private let report: @Sendable (String, any Error) -> Void
    private let works: @Sendable (Bool) -> Void
    private var receipts = ReceiptBook()
    /// The last group did not reach the disk: it is tried again once a second, and said once in the log.
    private var hasFailed = false
    private var wiping = WipeSchedule()

    init(
        store: any ChatStore, hub: Hub, limits: ChatLimits, report: @escaping @Sendable (String, any Error) -> Void,
        works: @escaping @Sendable (Bool) -> Void
    ) {
        self.store = store
        self.hub = hub
        self.report = report
        self.works = works
        runner = CommandRunner(hub: hub, limits: limits, report: report)
    }

    func process(_ group: [WriterWork]) {
        commit(group)
        let isTick = group.contains { if case .receipts = $0 { true } else { false } }
        if isTick { wipe() }
    }

    /// Removes what deleted messages have left in the store's files. The ticks come about once a second.
    private func wipe() {
        let now = hub.wallClock()
        guard wiping.isDue(now) else { return }
        do {
            if try store.wipe() { wiping.done(now) }
        } catch {
            report("wipe", error)
        }
    }

    private func commit(_ group: [WriterWork]) {
        var outcome = CommandRunner.Outcome()
        var replies: [AddressedReplies] = []
        var failedJobs: [Int: any Error] = [:]
        var wipes = false
        var receipts = self.receipts
        let tellsReceipts = group.contains { if case .receipts = $0 { true } else { false } }
        let acks = tellsReceipts ? hub.takeAcks() : []
        if tellsReceipts, group.count == 1, acks.isEmpty, receipts.isEmpty, !hasFailed { return }
        do {
            let commit = try store.write { transaction in
                // It may be the second run.
                runner.begin()
                outcome = CommandRunner.Outcome()
                replies = []
                failedJobs = [:]
                wipes = false
                receipts = self.receipts
                if hasFailed { try transaction.touch() }
                for (index, work) in group.enumerated() {
                    switch work {
                    case .submission(let submission):
                        let answers = try runner.run(submission, in: transaction, into: &outcome)
                        replies.append(AddressedReplies(address: submission.replyTo, replies: answers))
                    case .job(let job):
                        do {
                            let effects = try transaction.savepoint {
                                if let payer = job.payer { try runner.charge(payer, at: hub.wallClock()) }
                                return try job.run(transaction)
                            }
                            outcome.events += effects.events
                            outcome.receipts.formUnion(effects.receipts)
                            wipes = wipes || effects.wipes
                        } catch let failure as StorageFailure {
                            throw failure
                        } catch let restart as TransactionRestart {
                            throw restart
                        } catch {
                            failedJobs[index] = error
                        }
                    case .receipts: break
                    }
                }
                receipts.insert(outcome.receipts)
                if tellsReceipts {
                    outcome.signals += try receipts.take(acks, from: transaction, at: hub.wallClock())
                }
                FaultPoint.reach(.afterInsert)
            }
            FaultPoint.reach(.afterCommit)
            runner.commit()
            self.receipts = receipts
            hasFailed = false
            if wipes || !outcome.purged.isEmpty { wiping.ask() }
            works(true)
            publish(outcome, replies, commit)
            finish(group, failedJobs)
        } catch {
            if !hasFailed { report("write", error) }
            hasFailed = true
            works(false)
            for ack in acks { hub.recordAck(ack.user, ack.scope, ack.seq) }
            refuse(group, error)
        }
    }

    private func publish(_ outcome: CommandRunner.Outcome, _ replies: [AddressedReplies], _ commit: Duration) {
        let instruments = hub.instruments
        if !outcome.events.isEmpty {
            instruments.appendBatch.observe(outcome.events.count)
            instruments.commitTime.observe(Int(commit / .microseconds(1)))
        }
        for result in outcome.results { instruments.commands[result.label].add(result.count) }
        FaultPoint.reach(.beforeReply)
        for action in outcome.afterCommit { action(hub) }
        hub.publish(
            outcome.events.map(\.encoded), purged: outcome.purged, signals: outcome.signals, replies: replies)
    }

    private func finish(_ group: [WriterWork], _ failures: [Int: any Error]) {
        for (index, work) in group.enumerated() {
            guard case .job(let job) = work else { continue }
            job.done(failures[index].map { .failure($0) } ?? .success(()))
        }
    }

    /// The transaction did not happen: everybody who waits is told so, and may try again.
    private func refuse(_ group: [WriterWork], _ error: any Error) {
        hub.instruments.failedWrites.add()
        let problem = Problem(
            .storageUnavailable, "The server cannot write to its disk now; nothing was changed. Try again.",
            retryAfterMilliseconds: 1000)
        var replies: [AddressedReplies] = []
        for work in group {
            switch work {
            case .submission(let submission):
                hub.instruments.commands[problem.code.rawValue].add(submission.items.count)
                replies.append(submission.failed(problem))
            case .job(let job): job.done(.failure(error))
            case .receipts: break
            }
        }
        hub.publish([], replies: replies)
    }
}
