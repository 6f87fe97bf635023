import NIOCore

/// Counts who has got each message of one room, and says when all have.
struct Completion {
    /// How many have to say so.
    let needed: Int
    /// The first message that not all have got, and how many have got it and those after it.
    private var first = 1
    private var counts = CircularBuffer<Int>()

    init(needed: Int) { self.needed = needed }

    /// One more has got message `number`.
    /// - Returns: how many messages are complete by that. Each reader gets them in order, so they complete in order.
    mutating func add(_ number: Int) -> Int {
        guard number >= first else { return 0 }
        while counts.count <= number - first { counts.append(0) }
        counts[counts.index(counts.startIndex, offsetBy: number - first)] += 1
        var complete = 0
        while let count = counts.first, count >= needed {
            counts.removeFirst()
            first += 1
            complete += 1
        }
        return complete
    }
}
