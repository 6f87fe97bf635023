import ArgumentParser
import NIOCore

/// What the loads with readers take.
struct ReadingOptions: ParsableArguments {
    @Option(help: "ws, sse, longpoll, shortpoll or all, one after the other.")
    var transport = TransportChoice.one(.webSocket)

    @Option(help: "How many readers.")
    var readers = 1000

    @Option(help: "Only short polling: seconds between two polls of a reader.")
    var pollEvery = 0.5

    var pollPause: TimeAmount { .nanoseconds(Int64(pollEvery * 1e9)) }

    func validate() throws {
        try Ranges.check("--readers", readers, 1...1_000_000)
        try Ranges.check("--poll-every", pollEvery, 0.01...60)
    }
}

/// What the loads that post take.
struct PostingOptions: ParsableArguments {
    @Option(help: "Bytes of a message's text.")
    var size = 128

    @Option(help: "How long to measure.")
    var seconds = 10.0

    @Option(help: "How long to post before that, in seconds.")
    var warmUp = 2.0

    func validate() throws {
        try Ranges.check("--size", size, Mark.longest...10_000)
        try Ranges.check("--seconds", seconds, 0.1...86_400)
        try Ranges.check("--warm-up", warmUp, 0...86_400)
    }
}

enum Ranges {
    static func check<Value: Comparable>(_ name: String, _ value: Value, _ range: ClosedRange<Value>) throws {
        guard range.contains(value) else {
            throw ValidationError("\(name) is \(range.lowerBound) to \(range.upperBound), but \(value) was given.")
        }
    }
}
