import ApusWire
import Testing

@testable import ApusClient

struct BacklogTests {
    private static func events(_ seqs: ClosedRange<Int64>) throws -> [Event] {
        try seqs.map {
            try Event(["seq": .integer($0), "type": "message.created", "by": "u_a", "at": "", "data": [:]])
        }
    }

    @Test func `it keeps a bounded number, and what it dropped is read again in order`() throws {
        var backlog = Backlog(from: 0)
        try backlog.append(Self.events(1...900), upTo: 900)
        try backlog.append(Self.events(901...1_100), upTo: 1_100)
        try backlog.append(Self.events(1_101...1_101), upTo: 1_101)
        #expect(backlog.isBehind)
        #expect(backlog.room == Backlog.limit - 900)
        #expect(backlog.end == 900)
        for seq in Int64(1)...600 { #expect(backlog.next()?.seq == seq) }
        try backlog.refill(Self.events(901...1_000), upTo: 1_000, live: 1_101)
        #expect(backlog.isBehind)
        // What has come live meanwhile is not taken before its turn.
        try backlog.append(Self.events(1_102...1_102), upTo: 1_102)
        try backlog.refill(Self.events(1_001...1_102), upTo: 1_102, live: 1_102)
        #expect(!backlog.isBehind)
        try backlog.append(Self.events(1_103...1_103), upTo: 1_103)
        for seq in Int64(601)...1_103 { #expect(backlog.next()?.seq == seq) }
        #expect(backlog.next() == nil)
    }

    @Test func `an event is done when the next is asked for, and a quiet stretch when there is nothing before it`()
        throws
    {
        var backlog = Backlog(from: 5)
        try backlog.append(Self.events(7...8), upTo: 9)
        #expect(backlog.done == 5)
        _ = backlog.next()
        #expect(backlog.done == 5)
        _ = backlog.next()
        #expect(backlog.done == 7)
        backlog.append([], upTo: 20)
        #expect(backlog.done == 7)
        #expect(backlog.next() == nil)
        #expect(backlog.done == 20)
        backlog.append([], upTo: 30)
        #expect(backlog.done == 30)
    }
}
