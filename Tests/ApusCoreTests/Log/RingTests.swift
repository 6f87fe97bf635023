import Testing

@testable import ApusCore

struct RingTests {
    static func ring(floor: Int64, count: Int, events: Int = 100, bytes: Int = .max, size: Int = 10) -> Ring {
        var ring = Ring(floor: floor, maximumEvents: events, maximumBytes: bytes)
        for offset in 0..<Int64(count) {
            ring.append(
                EncodedEvent(
                    seq: floor + 1 + offset, audience: .everyone, number: nil, membership: nil,
                    json: [UInt8](repeating: 0, count: size)))
        }
        return ring
    }

    @Test func `an empty ring knows that nothing is after its floor, and nothing of before`() {
        let ring = Self.ring(floor: 5, count: 0)
        #expect(ring.events(after: 5, through: 5)?.count == 0)
        #expect(ring.events(after: 4, through: 5) == nil)
    }

    @Test(arguments: [(10, 20, 11...20), (10, 11, 11...11), (15, 16, 16...16), (19, 20, 20...20), (13, 17, 14...17)])
    func `a stretch is what lies after its beginning up to its end`(
        after: Int64, through: Int64, seqs: ClosedRange<Int64>
    ) {
        #expect(Self.ring(floor: 10, count: 10).events(after: after, through: through)?.map(\.seq) == Array(seqs))
    }

    @Test(arguments: [(10, 10), (15, 15), (20, 20)])
    func `a stretch from somewhere to the same place is empty`(after: Int64, through: Int64) {
        #expect(Self.ring(floor: 10, count: 10).events(after: after, through: through)?.isEmpty == true)
    }

    @Test func `an event is replaced where it is, and nothing happens where it is not`() {
        var ring = Self.ring(floor: 10, count: 3, bytes: 40)
        for seq in [12, 10, 14] as [Int64] {
            ring.replace(
                EncodedEvent(seq: seq, audience: .everyone, number: nil, membership: nil, json: [1, 2]))
        }
        #expect(ring.events(after: 10, through: 13)?.map(\.json.count) == [10, 2, 10])
        // The bytes that are counted are those that are there: 10 + 2 + 10 leave room for 18.
        ring.append(EncodedEvent(seq: 14, audience: .everyone, number: nil, membership: nil, json: [UInt8](0..<18)))
        #expect(ring.floor == 10)
    }

    @Test func `the oldest go when there are too many`() {
        let ring = Self.ring(floor: 0, count: 10, events: 4)
        #expect(ring.floor == 6)
        #expect(ring.events(after: 5, through: 10) == nil)
        #expect(ring.events(after: 6, through: 10)?.map(\.seq) == [7, 8, 9, 10])
    }

    @Test func `the oldest go when they are too large`() {
        let ring = Self.ring(floor: 0, count: 10, bytes: 39, size: 10)
        #expect(ring.floor == 7)
        #expect(ring.events(after: 7, through: 10)?.count == 3)
    }

    @Test func `an event larger than the ring leaves it empty, and the floor at it`() {
        let ring = Self.ring(floor: 0, count: 1, bytes: 9, size: 10)
        #expect(ring.floor == 1)
        #expect(ring.events(after: 1, through: 1)?.isEmpty == true)
        #expect(ring.events(after: 0, through: 1) == nil)
    }
}
