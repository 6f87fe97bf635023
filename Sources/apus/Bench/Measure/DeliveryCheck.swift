/// Whether one reader got every message of its room once and in order.
struct DeliveryCheck {
    /// The greatest number seen.
    private(set) var last = 0
    /// Numbers below `last` that have not come.
    private(set) var missing: Set<Int> = []
    private(set) var doubled = 0
    private(set) var outOfOrder = 0

    /// Whether the message is new to this reader.
    mutating func take(_ number: Int) -> Bool {
        if number > last {
            if number > last + 1 { missing.formUnion((last + 1)..<number) }
            last = number
            return true
        }
        guard missing.remove(number) != nil else {
            doubled += 1
            return false
        }
        outOfOrder += 1
        return true
    }

    /// How many of the messages 1 … `count` have not come.
    func lost(of count: Int) -> Int { missing.count + max(0, count - last) }
}
