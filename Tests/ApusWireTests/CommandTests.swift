import ApusWire
import Testing

struct CommandTests {
    struct Good: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let command: Plain
        let ok: Plain
        var testDescription: String { name }
    }

    struct Faulty: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let command: Plain
        let needsID: Bool
        let code: String
        var testDescription: String { name }

        enum CodingKeys: String, CodingKey {
            case name, command, code
            case needsID = "needs_id"
        }
    }

    @Test(arguments: try Vectors.load("commands", "commands") as [Good])
    func `a command is read with all its fields`(vector: Good) throws {
        for requiresID in [true, false] {
            let command = try Command(vector.command.jsonValue, requiresID: requiresID)
            #expect(command.id == vector.command["id"]?.string)
            #expect(command.op == vector.command["op"]?.string)
            #expect(Plain(command.fields) == vector.command)
        }
    }

    @Test(arguments: try Vectors.load("commands", "without_id") as [Good])
    func `only where no id is needed it may be absent`(vector: Good) throws {
        #expect(try Command(vector.command.jsonValue, requiresID: false).id == nil)
        #expect(throws: Problem.self) { try Command(vector.command.jsonValue, requiresID: true) }
    }

    @Test(arguments: try Vectors.load("commands", "faulty") as [Faulty])
    func `a faulty command is refused with its code`(vector: Faulty) throws {
        let problem = #expect(throws: Problem.self) {
            try Command(vector.command.jsonValue, requiresID: vector.needsID)
        }
        #expect(problem?.code.rawValue == vector.code)
    }

    @Test(arguments: ["commands", "without_id"])
    func `what a command brings is written as a reply`(list: String) throws {
        for vector in try Vectors.load("commands", list) as [Good] {
            let ok = try #require(vector.ok.jsonValue.object)
            let reply = try written(
                Reply(
                    id: vector.command["id"]?.string,
                    result: .success(Reply.Content(json: JSONValue.object(ok).encoded))
                ).encode)
            #expect(reply["ok"] == vector.ok)
            #expect(reply["id"] == vector.command["id"] ?? .null)
            #expect(reply.names == ["id", "ok"])
        }
    }

    @Test(arguments: [1, 2, Command.maximumArray])
    func `an array holds up to a hundred commands`(count: Int) throws {
        let array = JSONValue.array((1...count).map { ["id": .string("\($0)"), "op": "typing"] })
        #expect(try Command.list(array, requiresID: true).map(\.id) == (1...count).map { "\($0)" })
    }

    @Test(arguments: [0, Command.maximumArray + 1])
    func `an array of none or of too many is refused as a whole`(count: Int) {
        let array = JSONValue.array(Array(repeating: ["id": "1", "op": "typing"], count: count))
        let problem = #expect(throws: Problem.self) { try Command.list(array, requiresID: true) }
        #expect(problem?.code == .badRequest)
    }
}
