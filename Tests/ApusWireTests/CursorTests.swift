import ApusWire
import Testing

struct CursorTests {
    struct Good: Decodable, Sendable {
        let text: String
        let epoch: String
        let seq: Int64
    }

    struct Bad: Decodable, Sendable, CustomTestStringConvertible {
        let text: String
        let why: String
        var testDescription: String { why }
    }

    @Test(arguments: try Vectors.load("cursors", "good") as [Good])
    func `a good cursor is read and written alike`(vector: Good) throws {
        let cursor = try #require(Cursor(vector.text))
        #expect(cursor.epoch == vector.epoch)
        #expect(cursor.seq == vector.seq)
        #expect(Cursor(epoch: vector.epoch, seq: vector.seq).description == vector.text)
    }

    @Test(arguments: try Vectors.load("cursors", "bad") as [Bad])
    func `a bad cursor is refused`(vector: Bad) {
        #expect(Cursor(vector.text) == nil)
    }

    @Test func `a cursor with a sign is refused`() {
        #expect(Cursor("k3v9x2ab-+5") == nil)
        #expect(Cursor("k3v9x2ab--5") == nil)
    }

    @Test func `a cursor is read from a part of a text`() {
        #expect(Cursor("cursor=k3v9x2ab-5".dropFirst(7)) == Cursor(epoch: "k3v9x2ab", seq: 5))
    }
}
