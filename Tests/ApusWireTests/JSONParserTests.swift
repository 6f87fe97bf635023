import ApusWire
import Testing

struct JSONParserTests {
    @Test(arguments: try Vectors.load("json-accept") as [WireText])
    func `good JSON is read`(vector: WireText) throws {
        let value = try JSONValue(parsing: try vector.bytes)
        #expect(Plain(value) == (vector.value ?? .null))
    }

    @Test(arguments: try Vectors.load("json-reject") as [WireText])
    func `bad JSON is refused`(vector: WireText) throws {
        let bytes = try vector.bytes
        #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
    }

    @Test(arguments: try Vectors.load("json-accept") as [WireText])
    func `good JSON cut short is refused`(vector: WireText) throws {
        let bytes = try vector.bytes
        guard let first = bytes.first, "[{\"".utf8.contains(first) else { return }  // a cut number is a number
        for end in 0..<bytes.count {
            #expect(throws: JSONError.self, "\(end) of \(bytes.count) bytes") { try JSONValue(parsing: bytes[..<end]) }
        }
    }

    @Test func `bytes that do not lie together are read too`() throws {
        let bytes = sequence(state: Array("{\"a\":[1]}".utf8)[...]) { $0.popFirst() }
        #expect(try JSONValue(parsing: bytes) == ["a": [1]])
    }

    @Test func `integers past 2^53 are kept exact`() throws {
        #expect(try JSONValue(parsing: "9007199254740993".utf8) == .integer(9_007_199_254_740_993))
        #expect(try JSONValue(parsing: "9223372036854775807".utf8) == .integer(.max))
        #expect(try JSONValue(parsing: "-9223372036854775808".utf8) == .integer(.min))
        #expect(try JSONValue(parsing: "9223372036854775808".utf8) == .number(0x1p63))
    }

    @Test func `members keep the order of the text`() throws {
        let value = try JSONValue(parsing: #"{"z":1,"a":2,"m":3}"#.utf8)
        #expect(value.object?.members.map(\.name) == ["z", "a", "m"])
    }

    /// RFC 8259 section 8.3: names are compared code unit by code unit, not as Swift compares strings.
    @Test func `two spellings of one letter are two names`() throws {
        let value = try JSONValue(parsing: "{\"\u{E9}\":1,\"e\u{301}\":2}".utf8)
        #expect(value.object?.members.map { Array($0.name.unicodeScalars) } == [["\u{E9}"], ["e", "\u{301}"]])
        let many = (0..<40).map { "\"n\($0)\":0," }.joined()
        #expect(try JSONValue(parsing: "{\(many)\"\u{E9}\":1,\"e\u{301}\":2}".utf8).object?.members.count == 42)
    }

    /// Comparing each name with each took a minute for these; the largest body may hold four times as many.
    @Test func `an object of very many members is read in a time that grows with its length`() throws {
        let text = "{" + (0..<40_000).map { "\"\(String($0, radix: 36))\":1" }.joined(separator: ",") + "}"
        let start = ContinuousClock.now
        let value = try JSONValue(parsing: text.utf8)
        let time = ContinuousClock.now - start
        #expect(value.object?.members.count == 40_000)
        #expect(time < .seconds(10))
    }

    @Test func `the message names the place`() {
        #expect(throws: JSONError("expected a value at byte 4, but '}' came")) {
            try JSONValue(parsing: "[1, }".utf8)
        }
        #expect(throws: JSONError("expected a value, but the text ends at byte 3")) {
            try JSONValue(parsing: "[1,".utf8)
        }
    }
}
