import ApusWire
import Testing

struct TimestampTests {
    struct Moment: Decodable, Sendable {
        let ms: Int64
        let text: String
    }

    @Test(arguments: try Vectors.load("timestamps") as [Moment])
    func `a moment is written in UTC with milliseconds`(vector: Moment) {
        #expect(Timestamp(milliseconds: vector.ms).description == vector.text)
    }

    @Test func `timestamps are in the order of time`() throws {
        let moments = try (Vectors.load("timestamps") as [Moment]).map { Timestamp(milliseconds: $0.ms) }.sorted()
        #expect(moments.map(\.description) == moments.map(\.description).sorted())
    }
}
