import ApusClient
import ApusWire
import Testing

struct SequencerVectorTests {
    @Test(arguments: try Scenario.all("sequencer"))
    func `the sequencer follows the scenario`(scenario: Scenario) throws { try scenario.run(SequencerMachine.self) }
}

struct SequencerMachine: Machine {
    var sequencer: Sequencer
    var deadline: Int64? { sequencer.deadline }

    init(given: Fields) throws {
        var given = given
        sequencer = Sequencer(cursor: try Self.cursor(try given.string("cursor")))
        try given.end()
    }

    private static func cursor(_ text: String) throws -> Cursor {
        guard let cursor = Cursor(text) else { throw BadVector("“\(text)” is no cursor") }
        return cursor
    }

    /// The cursor belongs to the position of every step, so each `apply` shows it.
    mutating func handle(_ input: JSONValue, now: Int64, draw: () -> Double) throws -> [JSONValue] {
        let before = sequencer.cursor
        var out = sequencer.handle(try Self.read(input), now: now).map { action -> JSONValue in
            switch action {
            case .apply(let events): ["apply": .array(events.map { .integer($0.seq) })]
            case .gap(let attempt): ["gap": .integer(Int64(attempt))]
            case .ack(let attempt, let seq): ["ack": ["attempt": .integer(Int64(attempt)), "seq": .integer(seq)]]
            }
        }
        if sequencer.cursor != before { out.append(["cursor": .string(sequencer.cursor.description)]) }
        return out
    }

    private static func read(_ input: JSONValue) throws -> Sequencer.Input {
        let (name, content) = try input.word()
        if name == "due" { return .due }
        if name == "stranded" { return .stranded }
        if name == "snapshot" { return .snapshot(try cursor(content.string ?? "")) }
        var fields = try Fields(content, "the input “\(name)”")
        defer { #expect(throws: Never.self) { try fields.end() } }
        let attempt = try fields.int("attempt")
        switch name {
        case "hello": return .hello(attempt: attempt, epoch: try fields.string("epoch"))
        case "carry": return .carry(attempt: attempt, acks: try fields.bool("acks"))
        case "batch":
            return .batch(
                attempt: attempt, epoch: fields.take("epoch")?.string, from: try fields.integer("from"),
                to: try fields.integer("to"), events: try events(fields.list("events")))
        default: throw BadVector("the sequencer has no input “\(name)”")
        }
    }

    /// Events by their numbers; `[first, "…", last]` is a run of them.
    private static func events(_ list: [JSONValue]) throws -> [Event] {
        var numbers = list.compactMap(\.integer)
        if list.count == 3, list[1].string == "…", numbers.count == 2 {
            numbers = Array(numbers[0]...numbers[1])
        } else if numbers.count != list.count {
            throw BadVector("events are numbers, but \(JSONValue.array(list).text) came")
        }
        return try numbers.map { seq in
            try Event([
                "seq": .integer(seq), "type": "message.created", "by": "u_1", "at": "2026-11-23T04:03:19.057Z",
                "data": [:],
            ])
        }
    }
}
