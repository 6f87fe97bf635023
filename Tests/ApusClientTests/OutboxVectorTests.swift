import ApusClient
import ApusWire
import Testing

struct OutboxVectorTests {
    @Test(arguments: try Scenario.all("outbox"))
    func `the outbox follows the scenario`(scenario: Scenario) throws { try scenario.run(OutboxMachine.self) }
}

struct OutboxMachine: Machine {
    var outbox: Outbox
    var deadline: Int64? { outbox.deadline }

    init(given: Fields) throws {
        var given = given
        let stored = try given.list("stored")
        outbox = Outbox(restoring: try stored.map { try Outbox.Entry(stored: $0) })
        try given.end()
    }

    mutating func handle(_ input: JSONValue, now: Int64, draw: () -> Double) throws -> [JSONValue] {
        let input = try Self.read(input)
        let actions = withoutActuallyEscaping(draw) { draw in outbox.handle(input, now: now, draw: draw) }
        return actions.map { action in
            switch action {
            case .keep(let entry): ["keep": entry.stored.short]
            case .forget(let id): ["forget": .string(id)]
            case .send(let ids): ["send": .array(ids.map { .string($0) })]
            case .pass(let command): ["pass": .object(command.fields)]
            case .acknowledged(let id, let ok):
                ok.map { ["acknowledged": ["id": .string(id), "ok": .object($0)]] } ?? ["acknowledged": .string(id)]
            case .failed(let id, let refusal): ["failed": ["id": .string(id), "code": .string(refusal.code)]]
            }
        }
    }

    private static func id(_ value: JSONValue) throws -> String {
        guard let id = value.string else { throw BadVector("a command's id is a string, but \(value.text) came") }
        return id
    }

    private static func read(_ input: JSONValue) throws -> Outbox.Input {
        let (name, content) = try input.word()
        switch name {
        case "carried": return .carried
        case "stranded": return .stranded
        case "due": return .due
        case "add": return .add(try Command(content.long, requiresID: false))
        case "event": return .event(id: try id(content))
        case "retry": return .retry(id: try id(content))
        case "delete": return .delete(id: try id(content))
        case "reply":
            guard let ok = content["ok"]?.object else { throw BadVector("a reply has “ok”, but \(content.text) came") }
            return .reply(id: try id(content["id"] ?? .null), ok: ok)
        case "refused":
            var fields = try Fields(content, "“refused”")
            let refused = Outbox.Input.refused(
                id: try fields.string("id"),
                Outbox.Refusal(
                    code: try fields.string("code"), detail: fields.take("detail")?.string ?? "",
                    isRetryable: try fields.bool("retryable"), retryAfter: fields.take("retry_after_ms")?.integer))
            try fields.end()
            return refused
        default: throw BadVector("the outbox has no input “\(name)”")
        }
    }
}

extension JSONValue {
    /// `"text": {"letters": 40000}` stands for a text of that length, which nobody would want to read in a vector.
    fileprivate var long: JSONValue {
        guard var object, let letters = object["text"]?["letters"]?.integer else { return self }
        object["text"] = .string(String(repeating: "x", count: Int(letters)))
        return .object(object)
    }

    fileprivate var short: JSONValue {
        guard var entry = object, var command = entry["command"]?.object, let text = command["text"]?.string,
            text.utf8.count > 100
        else { return self }
        command["text"] = ["letters": .integer(Int64(text.utf8.count))]
        entry["command"] = .object(command)
        return .object(entry)
    }
}
