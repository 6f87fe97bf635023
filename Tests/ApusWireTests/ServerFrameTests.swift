import ApusWire
import Testing

/// The server's frames but for batches, written from values and read back, against the same vectors.
struct ServerFrameTests {
    struct Vector: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let frame: Plain
        var testDescription: String { name }
        var kind: String { frame.names.first ?? "" }
        var content: Plain { frame[kind] ?? .null }
    }

    static func vectors(_ kind: String) throws -> [Vector] {
        try Vectors.load("server-frames", "frames").filter { $0.kind == kind }
    }

    @Test func `every frame has a vector`() throws {
        let kinds = Set(try (Vectors.load("server-frames", "frames") as [Vector]).map(\.kind))
        #expect(kinds == ["hello", "batch", "reply", "probe", "reset", "bye"])
    }

    @Test(arguments: try vectors("hello"))
    func `hello is read and written alike`(vector: Vector) throws {
        guard case .hello(let hello) = try ServerFrame(parsing: vector.frame.encoded) else {
            Issue.record("not taken for a hello")
            return
        }
        #expect(try written(hello.encode) == vector.content)
        #expect(hello.cursor == Cursor(epoch: hello.epoch, seq: hello.seq))
    }

    @Test(arguments: try vectors("batch"))
    func `a batch is read as a frame`(vector: Vector) throws {
        guard case .batch(let batch) = try ServerFrame(parsing: vector.frame.encoded) else {
            Issue.record("not taken for a batch")
            return
        }
        #expect(batch.from == vector.content["from"]?.integer)
        #expect(batch.to == vector.content["to"]?.integer)
    }

    @Test func `a repeated reply says what the first one said, and that it is one`() {
        #expect(Reply.Content { $0.member("seq", 7) }.repeated == ["seq": 7, "repeated": true])
        #expect(([:] as Reply.Content).repeated == ["repeated": true])
    }

    @Test(arguments: try vectors("reply"))
    func `a reply is read and written alike`(vector: Vector) throws {
        let id = vector.content["id"]?.string
        let result: Result<Reply.Content, Problem>
        if let error = vector.content["error"] {
            result = .failure(try Problem(vector: error))
        } else {
            let ok = try #require(vector.content["ok"]?.jsonValue)
            result = .success(Reply.Content(json: ok.encoded))
        }
        #expect(try written(Reply(id: id, result: result).encode) == vector.content)

        guard case .reply(id, let ok, let error) = try ServerFrame(parsing: vector.frame.encoded) else {
            Issue.record("not taken for a reply with this id")
            return
        }
        #expect(ok.map { Plain($0) } == vector.content["ok"])
        #expect(error.map { Plain($0) } == vector.content["error"])
    }

    @Test(arguments: try vectors("probe"))
    func `a probe's echo is read`(vector: Vector) throws {
        guard case .probe(let nonce) = try ServerFrame(parsing: vector.frame.encoded) else {
            Issue.record("not taken for a probe")
            return
        }
        #expect(nonce == vector.content.string)
    }

    @Test(arguments: try vectors("reset"))
    func `a reset is read and written alike`(vector: Vector) throws {
        let reset = try Reset(vector: vector.content)
        #expect(try written(reset.encode) == vector.content)

        guard case .reset(let reason, let cursor, let spread) = try ServerFrame(parsing: vector.frame.encoded) else {
            Issue.record("not taken for a reset")
            return
        }
        #expect(reason == reset.reason.rawValue)
        #expect(cursor == reset.cursor)
        #expect(spread == reset.spreadMilliseconds)
    }

    @Test func `every reason of a reset has a vector`() throws {
        let reasons = try Self.vectors("reset").map { $0.content["reason"]?.string ?? "" }
        #expect(reasons.sorted() == Reset.Reason.allCases.map(\.rawValue).sorted())
    }

    @Test(arguments: try vectors("bye"))
    func `a bye is read and written alike`(vector: Vector) throws {
        let code = try #require(CloseCode.allCases.first { $0.name == vector.content["code"]?.string })
        let spread = try #require(vector.content["spread_ms"]?.integer)
        #expect(try written(Bye(code, spreadMilliseconds: spread).encode) == vector.content)

        guard case .bye(let name, let reconnect, let decoded) = try ServerFrame(parsing: vector.frame.encoded) else {
            Issue.record("not taken for a bye")
            return
        }
        #expect(name == code.name)
        #expect(reconnect == vector.content["reconnect"]?.bool)
        #expect(decoded == spread)
    }

    @Test func `every close code has a bye`() throws {
        let names = try Self.vectors("bye").map { $0.content["code"]?.string ?? "" }
        #expect(names.sorted() == CloseCode.allCases.map(\.name).sorted())
    }

    @Test(arguments: try Vectors.load("server-frames", "bad") as [WireText])
    func `a frame that no server sends is refused`(vector: WireText) throws {
        let bytes = try vector.bytes
        #expect(throws: JSONError.self) { try ServerFrame(parsing: bytes) }
    }
}
