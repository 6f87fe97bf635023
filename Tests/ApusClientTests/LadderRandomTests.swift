import ApusClient
import Testing

/// Anything may happen at any time, and then the network comes to order.
struct LadderRandomTests {
    @Test func `whatever happens, one carries at most, nothing is said of what is over, and it comes back`() throws {
        var random = Seed("a ladder in chaos")
        let seed = random.seed
        for round in 0..<60 {
            var world = LadderWorld(place: "APUS_SEED=\(seed), round \(round)", random: random)
            world.chaos(steps: 150)
            try world.order()
            random = world.random
        }
    }
}

/// A ladder, the shell around it as it should be, and a network of which only some transports work.
struct LadderWorld {
    var random: Seed
    private var ladder: Ladder
    private var watch: LadderWatch
    private var now: Int64
    private var answers: [(at: Int64, input: Ladder.Input)] = []
    private var works: Set<Transport> = []
    private var hasOrder = false

    init(place: String, random: Seed) {
        self.random = random
        now = 1_000
        var memory = Memory()
        for transport in Transport.allCases {
            if self.random.chance(0.3) { memory.failed[transport] = Int64(self.random.below(1_000_000)) }
            if self.random.chance(0.3) { memory.worked[transport] = Int64(self.random.below(1_000_000)) }
        }
        ladder = Ladder(memory: memory, hasCursor: self.random.chance(0.5), now: now, wall: 1_000_000)
        watch = LadderWatch(place: place)
    }

    mutating func chaos(steps: Int) {
        handle(.start)
        for _ in 0..<steps {
            let deadline = ladder.deadline ?? now + 1_000
            if random.chance(0.3) {
                now = max(now, deadline + (random.chance(0.1) ? Int64(random.below(4_000_000)) : 0))
            } else {
                now += Int64(random.below(random.chance(0.8) ? 300 : 12_000))
            }
            handle(anything())
        }
    }

    /// Bounds: no wait the server asked for in the chaos is longer than a minute, no avoidance than half an hour.
    mutating func order() throws {
        hasOrder = true
        works = [.shortPoll]
        for transport in [Transport.longPoll, .sse, .webSocket] where random.chance(0.5) { works.insert(transport) }
        for input in [Ladder.Input.visible, .start, .credentialsRenewed, .online] { handle(input) }
        for number in watch.open.keys { handle(.ended(number, .lost)) }
        let start = now
        run(until: start + 150_000)
        #expect(watch.carrier != nil, "\(watch.place): nothing carries 150 s after all came to order, \(ladder.status)")
        run(until: start + 4_000_000)
        let best = try #require(works.max())
        #expect(ladder.status == .live(best), "\(watch.place): \(ladder.status), but \(best) works")
    }

    private mutating func run(until end: Int64) {
        while true {
            answers.sort { $0.at < $1.at }
            let deadline = ladder.deadline ?? .max
            let next = min(deadline, answers.first?.at ?? .max)
            guard next <= end else { break }
            now = max(now, next)
            handle(next == deadline ? .due : answers.removeFirst().input)
        }
        now = end
    }

    private mutating func handle(_ input: Ladder.Input) {
        var random = self.random
        let actions = withoutActuallyEscaping({ Double.random(in: 0..<1, using: &random) }) { draw in
            ladder.handle(input, now: now, draw: draw)
        }
        self.random = random
        watch.check(input, actions, ladder, now)
        if hasOrder { for action in actions { answer(action) } }
    }

    /// The network and the server, in order: each attempt is answered after a round trip, or fails as it can.
    private mutating func answer(_ action: Ladder.Action) {
        let trip = Int64(20 + random.below(150))
        func later(_ after: Int64, _ input: Ladder.Input) { answers.append((now + after, input)) }
        switch action {
        case .open(let number, let transport, _):
            switch transport {
            case .longPoll, .shortPoll: later(trip, .polled(number, isEmpty: true, more: false, retryAfter: nil))
            case .webSocket, .sse:
                guard works.contains(transport) else {
                    if random.chance(0.5) { later(trip, .ended(number, .lost)) }
                    return
                }
                later(trip, .opened(number))
                later(trip + 1, .hello(number))
                let ticks = [500, 1_000] + (1...300).map { $0 * 20_000 }
                for tick in ticks { later(trip + Int64(tick), .batch(number, isEmpty: true)) }
            }
        case .poll(let number, let wait):
            answers.removeAll { if case .polled(number, _, _, _) = $0.input { true } else { false } }
            if wait == 0 || works.contains(.longPoll) {
                later(trip + Int64(wait) * 1_000, .polled(number, isEmpty: true, more: false, retryAfter: nil))
            } else if random.chance(0.5) {
                later(8_000, .ended(number, .lost))
            }
        case .probe(let number): if isOpenAndWorks(number) { later(trip, .echoed(number)) }
        case .resume(let number): later(trip, .hello(number))
        case .snapshot: later(trip, .snapshotTaken)
        case .close(let number): answers.removeAll { $0.input.attempt == number }
        case .carry, .remember, .status: break
        }
    }

    private func isOpenAndWorks(_ number: Int) -> Bool { watch.open[number].map(works.contains) ?? false }

    private mutating func anything() -> Ladder.Input {
        let number = max(1, watch.last - random.below(5))
        switch random.below(26) {
        case 0, 1: return .opened(number)
        case 2, 3: return .hello(number)
        case 4, 5: return .echoed(number)
        case 6, 7: return .batch(number, isEmpty: random.chance(0.5))
        case 8, 9, 10:
            let retryAfter = random.chance(0.1) ? Int64(random.below(60_000)) : nil
            return .polled(
                number, isEmpty: random.chance(0.5), more: random.chance(0.2), retryAfter: retryAfter)
        case 11: return .heard(number)
        case 12, 13: return .ended(number, .lost)
        case 14: return .ended(number, .close([1001, 1002, 4401, 4408, 4409, 4410, 4429, 4503, 4999][random.below(9)]))
        case 15:
            let retryAfter = random.chance(0.5) ? Int64(random.below(60_000)) : nil
            return .ended(number, .status([401, 403, 410, 429, 502, 503][random.below(6)], retryAfter: retryAfter))
        case 16:
            return .bye(
                number, code: ["draining", "going_away", "replaced", "moved"][random.below(4)],
                reconnect: random.chance(0.8), spread: Int64(random.below(30_000)))
        case 17: return .reset(number, spread: Int64(random.below(10_000)))
        case 18: return .gap(number)
        case 19: return random.chance(0.7) ? .snapshotTaken : .snapshotFailed(.lost)
        case 20: return [.offline, .online][random.below(2)]
        case 21: return [.hidden, .visible, .woke, .networkChanged][random.below(4)]
        case 22: return [.start, .credentialsRenewed, .start, .credentialsRenewed, .stop][random.below(5)]
        default: return .due
        }
    }
}
