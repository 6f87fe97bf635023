import ApusClient
import ApusWire
import Testing

/// A network that loses requests and replies, a server that refuses, an application that is restarted.
struct OutboxRandomTests {
    @Test func `whatever is lost, each command happens once, in its room's order, or is a failure`() throws {
        var random = Seed("an outbox on a bad network")
        let seed = random.seed
        for round in 0..<150 {
            var world = OutboxWorld(place: "APUS_SEED=\(seed), round \(round)", random: random)
            try world.run()
            random = world.random
        }
    }
}

struct OutboxWorld {
    let place: String
    var random: Seed
    private var outbox = Outbox()
    private var stored: [String: JSONValue] = [:]
    private var now: Int64 = 0
    private var isCarried = false
    private var isKind = false
    private var connection = 0
    /// What is on its way, each on the connection it was sent on.
    private var arrivals: [(connection: Int, ids: [String])] = []
    private var replies: [(connection: Int, input: Outbox.Input)] = []
    private var commands: [String: String] = [:]
    private var added: [String] = []
    private var happened: [String] = []
    private var acknowledged: Set<String> = []
    private var everFailed: Set<String> = []

    init(place: String, random: Seed) {
        self.place = place
        self.random = random
    }

    mutating func run() throws {
        for _ in 0..<250 { try step() }
        isKind = true
        connect()
        for entry in outbox.entries where entry.failure != nil { handle(.retry(id: entry.id)) }
        for _ in 0..<2_000 where !outbox.entries.isEmpty {
            serve()
            reply()
            now = max(now, outbox.deadline ?? now)
            handle(.due)
        }
        #expect(outbox.entries.isEmpty, "\(place): \(outbox.entries.count) commands were never settled")
        #expect(acknowledged == Set(added), "\(place): not all were acknowledged")
        #expect(
            Set(happened).count == happened.count && happened.count == added.count, "\(place): not all happened once")
        for room in ["a", "b", ""] {
            let order = added.filter { commands[$0] == room && !everFailed.contains($0) }
            let came = happened.filter { commands[$0] == room && !everFailed.contains($0) }
            #expect(came == order, "\(place): room \(room) is out of order")
        }
    }

    private mutating func step() throws {
        now += Int64(random.below(800))
        switch random.below(12) {
        case 0, 1:
            let id = "c\(added.count)"
            let room = ["a", "b", ""][random.below(3)]
            commands[id] = room
            added.append(id)
            var fields: JSONObject = ["id": .string(id), "op": "message.post"]
            if !room.isEmpty { fields["room"] = .string(room) }
            handle(.add(Command(id: id, op: "message.post", fields: fields)))
        case 2, 3, 4: serve()
        case 5, 6, 7: reply()
        case 8:
            if random.chance(0.3) { connect() }
            if random.chance(0.2) {
                isCarried = false
                handle(.stranded)
            }
        case 9:
            if random.chance(0.1) {
                outbox = Outbox(restoring: try stored.values.map { try Outbox.Entry(stored: $0) })
                isCarried = false
            }
        case 10:
            if let entry = outbox.entries.first(where: { $0.failure != nil }), random.chance(0.5) {
                handle(.retry(id: entry.id))
            }
        default:
            now = max(now, outbox.deadline ?? now)
            handle(.due)
        }
    }

    private mutating func connect() {
        connection += 1
        isCarried = true
        handle(.carried)
    }

    /// The server takes the oldest of what has arrived, or that is lost.
    private mutating func serve() {
        guard !arrivals.isEmpty else { return }
        let (connection, ids) = arrivals.removeFirst()
        guard isKind || random.chance(0.8) else { return }
        var stopped = false
        for id in ids {
            let input: Outbox.Input
            if stopped {
                input = refused(id, "not_tried", true)
            } else if !isKind, !happened.contains(id), random.chance(0.2) {
                let problem = [("rate_limited", true), ("internal_error", true), ("forbidden", false)][random.below(3)]
                stopped = problem.1
                // Those behind it go on, so it has lost its place, whether the client hears of it or not.
                if !stopped { everFailed.insert(id) }
                input = refused(id, problem.0, problem.1)
            } else {
                if !happened.contains(id) { happened.append(id) }
                input = isKind || random.chance(0.9) ? .reply(id: id, ok: [:]) : .event(id: id)
            }
            if isKind || random.chance(0.9) { replies.append((connection, input)) }
        }
    }

    private func refused(_ id: String, _ code: String, _ isRetryable: Bool) -> Outbox.Input {
        .refused(id: id, Outbox.Refusal(code: code, detail: "", isRetryable: isRetryable))
    }

    /// Replies come in order, and only to the connection that asked.
    private mutating func reply() {
        while !replies.isEmpty, random.chance(isKind ? 1 : 0.7) {
            let reply = replies.removeFirst()
            if reply.connection == connection, isCarried { handle(reply.input) }
        }
    }

    private mutating func handle(_ input: Outbox.Input) {
        var random = self.random
        let actions = withoutActuallyEscaping({ Double.random(in: 0..<1, using: &random) }) { draw in
            outbox.handle(input, now: now, draw: draw)
        }
        self.random = random
        var sending: Set<String> = []
        for action in actions {
            switch action {
            case .keep(let entry): stored[entry.id] = entry.stored
            case .forget(let id): stored[id] = nil
            case .send(let ids):
                arrivals.append((connection, ids))
                let rooms = Set(ids.compactMap { commands[$0] })
                #expect(isCarried && rooms.count == 1 && (1...100).contains(ids.count), "\(place): sent \(ids)")
                #expect(sending.isDisjoint(with: rooms), "\(place): two at once in \(rooms)")
                sending.formUnion(rooms)
            case .acknowledged(let id, _):
                #expect(happened.contains(id), "\(place): \(id) is acknowledged and has not happened")
                acknowledged.insert(id)
            case .failed(let id, _): everFailed.insert(id)
            case .pass: Issue.record("\(place): nothing passes by here")
            }
        }
        #expect(Set(outbox.entries.map(\.id)) == Set(stored.keys), "\(place): stored is not what is kept")
        #expect(outbox.deadline.map { $0 > now } ?? true, "\(place): the deadline is over")
        let owes = isCarried && outbox.entries.contains { $0.failure == nil }
        if owes { #expect(outbox.deadline != nil, "\(place): something waits and nothing will wake it") }
    }
}
