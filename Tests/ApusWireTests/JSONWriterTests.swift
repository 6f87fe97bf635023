import ApusWire
import Testing

struct JSONWriterTests {
    @Test(arguments: try Vectors.load("json-written") as [WireText])
    func `a value is written in one way`(vector: WireText) throws {
        let encoded = (vector.value ?? .null).encoded
        #expect(String(decoding: encoded, as: UTF8.self) == vector.text)
    }

    @Test func `commas stand between values and nowhere else`() throws {
        var writer = JSONWriter()
        writer.object {
            $0.member("a", 1)
            $0.name("b")
            $0.array {
                $0.object { _ in }
                $0.array { _ in }
                $0.string("x")
                $0.integer(2)
                $0.raw("null".utf8)
            }
            $0.member("c", true)
            $0.member("d", raw: "[3]".utf8)
            $0.member("e", "f")
            $0.name("g")
            $0.object { $0.member("h", false) }
        }
        let text = #"{"a":1,"b":[{},[],"x",2,null],"c":true,"d":[3],"e":"f","g":{"h":false}}"#
        #expect(String(decoding: writer.bytes, as: UTF8.self) == text)
    }

    @Test(arguments: [Int64.min, -10, -1, 0, 1, 9, 10, 11, 99, 100, 101, 1 << 53, .max])
    func `an integer is written in full`(value: Int64) {
        var writer = JSONWriter()
        writer.integer(value)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == String(value))
    }

    @Test func `a long string with escapes at both ends is written whole`() throws {
        let text = "\"" + String(repeating: "long and plain, ", count: 100) + "\n"
        #expect(try JSONValue(parsing: JSONValue.string(text).encoded) == .string(text))
    }
}
