/// Terms with a space between them, each once, in the order they came in: the text that FTS5 cuts at the spaces. Kept in
/// one buffer, because a message has dozens of terms and a string for each costs more than FTS5 does.
struct DistinctTerms {
    private(set) var bytes: [UInt8] = []
    /// A hash table of where the terms are, open and at most half full. No term is empty, so an empty range is a free
    /// place.
    private var places: [Range<Int32>]
    private let areComposed: Bool

    /// - Parameters:
    ///   - most: how many terms there may be.
    ///   - size: about how many bytes they may have.
    ///   - areComposed: whether terms that are the same to Unicode have the same bytes.
    init(most: Int, size: Int, areComposed: Bool) {
        var count = 16
        while count < 2 * most { count *= 2 }
        places = Array(repeating: 0..<0, count: count)
        bytes.reserveCapacity(size)
        self.areComposed = areComposed
    }

    mutating func add(_ term: some Sequence<UInt8>, marked mark: StaticString = "") {
        let end = bytes.count
        if end > 0 { bytes.append(UInt8(ascii: " ")) }
        let start = bytes.count
        if mark.utf8CodeUnitCount > 0 { mark.withUTF8Buffer { bytes.append(contentsOf: $0) } }
        bytes.append(contentsOf: term)
        let place = Int32(start)..<Int32(bytes.count)
        var slot = hash(place) & (places.count - 1)
        while !places[slot].isEmpty {
            if isSame(places[slot], place) {
                bytes.removeSubrange(end...)
                return
            }
            slot = (slot + 1) & (places.count - 1)
        }
        places[slot] = place
    }

    private func text(_ place: Range<Int32>) -> String {
        String(decoding: bytes[Int(place.lowerBound)..<Int(place.upperBound)], as: UTF8.self)
    }

    /// Seeded by Swift, so that nobody can write a message whose words all meet in one place.
    private func hash(_ place: Range<Int32>) -> Int {
        var hasher = Hasher()
        if areComposed {
            bytes.withUnsafeBytes { hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: $0[place.offsets])) }
        } else {
            hasher.combine(text(place))
        }
        return hasher.finalize()
    }

    private func isSame(_ one: Range<Int32>, _ other: Range<Int32>) -> Bool {
        guard areComposed else { return text(one) == text(other) }
        return one.count == other.count
            && bytes.withUnsafeBytes { $0[one.offsets].elementsEqual($0[other.offsets]) }
    }
}

extension Range<Int32> {
    fileprivate var offsets: Range<Int> { Int(lowerBound)..<Int(upperBound) }
}
