import ApusClient
import ApusWire
import Testing

struct LadderVectorTests {
    @Test(arguments: try Scenario.all("ladder"))
    func `the ladder follows the scenario`(scenario: Scenario) throws { try scenario.run(LadderMachine.self) }
}

struct LadderMachine: Machine {
    var ladder: Ladder
    var deadline: Int64? { ladder.deadline }

    init(given: Fields) throws {
        var given = given
        var memory = Memory()
        if let value = given.take("memory") {
            var fields = try Fields(value, "memory")
            memory.worked = try Self.times(fields.take("worked"))
            memory.failed = try Self.times(fields.take("failed"))
            try fields.end()
        }
        ladder = Ladder(
            memory: memory, hasCursor: given.take("cursor")?.bool ?? true, now: 0,
            wall: given.take("wall")?.integer ?? 1_000_000_000_000)
        try given.end()
    }

    func sentence(waiting: Int, now: Int64) -> String? { ladder.status.sentence(waiting: waiting, now: now) }

    private static func times(_ value: JSONValue?) throws -> [Transport: Int64] {
        var times: [Transport: Int64] = [:]
        for member in value?.object?.members ?? [] {
            guard let transport = Transport(rawValue: member.name), let time = member.value.integer else {
                throw BadVector("a memory is a transport and a time, but \(member) came")
            }
            times[transport] = time
        }
        return times
    }

    mutating func handle(_ input: JSONValue, now: Int64, draw: () -> Double) throws -> [JSONValue] {
        let input = try Ladder.Input(vector: input)
        let status = ladder.status
        let actions = withoutActuallyEscaping(draw) { draw in ladder.handle(input, now: now, draw: draw) }
        let told = actions.compactMap { if case .status(let status) = $0 { status } else { nil } }
        #expect(ladder.status == told.last ?? status, "the status changed untold")
        return actions.map(\.vector)
    }
}

extension Ladder.Input {
    init(vector: JSONValue) throws {
        let (name, content) = try vector.word()
        let plain: [String: Ladder.Input] = [
            "start": .start, "stop": .stop, "credentials_renewed": .credentialsRenewed,
            "snapshot_taken": .snapshotTaken, "offline": .offline, "online": .online,
            "network_changed": .networkChanged, "visible": .visible, "hidden": .hidden, "woke": .woke,
            "due": .due,
        ]
        if let input = plain[name], vector.string != nil {
            self = input
            return
        }
        if name == "snapshot_failed" {
            self = .snapshotFailed(try Ladder.End(vector: content))
            return
        }
        var fields = try Fields(content, "the input “\(name)”")
        let attempt = try fields.int("attempt")
        switch name {
        case "opened": self = .opened(attempt)
        case "hello": self = .hello(attempt)
        case "echoed": self = .echoed(attempt)
        case "heard": self = .heard(attempt)
        case "gap": self = .gap(attempt)
        case "tick": self = .batch(attempt, isEmpty: true)
        case "batch": self = .batch(attempt, isEmpty: false)
        case "polled":
            self = .polled(
                attempt, isEmpty: try fields.bool("empty"), more: fields.take("more")?.bool ?? false,
                retryAfter: fields.take("retry_ms")?.integer)
        case "bye":
            self = .bye(
                attempt, code: try fields.string("code"), reconnect: try fields.bool("reconnect"),
                spread: try fields.integer("spread_ms"))
        case "reset": self = .reset(attempt, spread: try fields.integer("spread_ms"))
        case "ended": self = .ended(attempt, try Ladder.End(vector: try fields.require("end")))
        default: throw BadVector("the ladder has no input “\(name)”")
        }
        try fields.end()
    }
}

extension Ladder.End {
    init(vector: JSONValue) throws {
        let (name, content) = try vector.word()
        switch (name, content.integer) {
        case ("lost", nil) where vector.string != nil: self = .lost
        case ("close", let code?): self = .close(UInt16(code))
        case ("status", let status?): self = .status(Int(status), retryAfter: nil)
        case ("status", nil):
            var fields = try Fields(content, "“status”")
            self = .status(try fields.int("code"), retryAfter: try fields.integer("retry_after_ms"))
            try fields.end()
        default: throw BadVector("an end is lost, close or status, but \(vector.text) came")
        }
    }
}

extension Ladder.Action {
    var vector: JSONValue {
        switch self {
        case .open(let number, let transport, let isProbe):
            var content: JSONObject = ["attempt": .integer(Int64(number)), "transport": .string(transport.rawValue)]
            if isProbe { content["probe"] = true }
            return ["open": .object(content)]
        case .close(let number): return ["close": .integer(Int64(number))]
        case .probe(let number): return ["probe": .integer(Int64(number))]
        case .poll(let number, let wait):
            return ["poll": ["attempt": .integer(Int64(number)), "wait": .integer(Int64(wait))]]
        case .resume(let number): return ["resume": .integer(Int64(number))]
        case .carry(let number): return ["carry": .integer(Int64(number))]
        case .snapshot: return "snapshot"
        case .remember(let memory):
            return ["remember": ["worked": Self.times(memory.worked), "failed": Self.times(memory.failed)]]
        case .status(let status): return ["status": status.vector]
        }
    }

    private static func times(_ times: [Transport: Int64]) -> JSONValue {
        var object = JSONObject()
        for (transport, time) in times { object[transport.rawValue] = .integer(time) }
        return .object(object)
    }
}

extension Ladder.Status {
    var vector: JSONValue {
        switch self {
        case .idle: "idle"
        case .connecting: "connecting"
        case .live(let transport): ["live": .string(transport.rawValue)]
        case .suspect(let transport): ["suspect": .string(transport.rawValue)]
        case .reconnecting(let nextTry): nextTry.map { ["reconnecting": .integer($0)] } ?? "reconnecting"
        case .offline(let nextTry): nextTry.map { ["offline": .integer($0)] } ?? "offline"
        case .needsCredentials: "needs_credentials"
        case .closed(.stopped): ["closed": "stopped"]
        case .closed(.code(let name)): ["closed": .string(name)]
        case .closed(.httpStatus(let status)): ["closed": .integer(Int64(status))]
        }
    }
}
