import NIOCore

/// Many deadlines of one loop behind one timer: a wheel of slots, each a list of those due in it (Varghese & Lauck,
/// "Hashed and Hierarchical Timing Wheels", scheme 6). Setting a deadline is an append; nothing is ever taken out
/// early: whoever is found asks again for the time that is right by then.
struct DeadlineWheel<Element> {
    static var granularity: TimeAmount { .milliseconds(50) }
    private static var size: Int { 512 }

    private var slots = [[Element]](repeating: [], count: Self.size)
    private var turned: Int64

    init(now: NIODeadline) { turned = Self.tick(now) }

    /// Comes up at the deadline, or after one turn of the wheel if that is further away.
    mutating func add(_ element: Element, at deadline: NIODeadline) {
        let due = min(max(Self.tick(deadline) + 1, turned + 1), turned + Int64(Self.size) - 1)
        slots[Int(due) % Self.size].append(element)
    }

    /// Takes out everything due by now.
    mutating func turn(to now: NIODeadline) -> [Element] {
        var due: [Element] = []
        let target = Self.tick(now)
        if target - turned >= Int64(Self.size) {
            due = slots.flatMap(\.self)
            slots = Array(repeating: [], count: Self.size)
            turned = target
            return due
        }
        while turned < target {
            turned += 1
            let slot = Int(turned) % Self.size
            due += slots[slot]
            slots[slot].removeAll(keepingCapacity: false)
        }
        return due
    }

    private static func tick(_ deadline: NIODeadline) -> Int64 {
        Int64(deadline.uptimeNanoseconds / UInt64(granularity.nanoseconds))
    }
}
