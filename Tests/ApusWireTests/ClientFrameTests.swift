import ApusWire
import Testing

struct ClientFrameTests {
    struct Good: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let frame: Plain
        var testDescription: String { name }
    }

    struct Answered: Decodable, Sendable, CustomTestStringConvertible {
        struct Reply: Decodable, Sendable, Equatable {
            let id: String?
            let error: String?
        }

        let name: String
        let frame: Plain
        let replies: [Reply]
        var testDescription: String { name }
    }

    @Test func `every frame has a vector`() throws {
        let kinds = Set(try (Vectors.load("client-frames", "good") as [Good]).flatMap(\.frame.names))
        #expect(kinds == ["command", "ack", "probe", "resume"])
    }

    @Test(arguments: try Vectors.load("client-frames", "good") as [Good])
    func `a good frame is read`(vector: Good) throws {
        switch try ClientFrame(parsing: vector.frame.encoded) {
        case .commands(let items):
            let commands = try items.map { Plain(try $0.command.get().fields) }
            #expect(commands == vector.frame["command"]?.array ?? [vector.frame["command"] ?? .null])
        case .ack(let seq): #expect(seq == vector.frame["ack"]?.integer)
        case .probe(let nonce): #expect(nonce == vector.frame["probe"]?.string)
        case .resume(let cursor): #expect(cursor.description == vector.frame["resume"]?.string)
        }
    }

    /// With 1007 or 4400: the transport tells which, by whether the bytes are UTF-8.
    @Test(arguments: try Vectors.load("client-frames", "closing") as [WireText])
    func `a frame that closes the connection is refused as a whole`(vector: WireText) throws {
        let bytes = try vector.bytes
        #expect(throws: JSONError.self) { try ClientFrame(parsing: bytes) }
    }

    @Test(arguments: try Vectors.load("client-frames", "answered") as [Answered])
    func `a faulty command is answered to its id, and fails alone`(vector: Answered) throws {
        let replies: [Answered.Reply]
        do {
            guard case .commands(let items) = try ClientFrame(parsing: vector.frame.encoded) else {
                Issue.record("not taken for commands")
                return
            }
            replies = items.map { item in
                switch item.command {
                case .success(let command): Answered.Reply(id: command.id, error: nil)
                case .failure(let problem): Answered.Reply(id: item.id, error: problem.code.rawValue)
                }
            }
        } catch let problem as Problem {
            replies = [Answered.Reply(id: nil, error: problem.code.rawValue)]
        }
        #expect(replies == vector.replies)
    }
}
