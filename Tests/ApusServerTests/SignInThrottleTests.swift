import ApusWire
import Testing

@testable import ApusServer

/// The clock is turned by hand.
struct SignInThrottleTests {
    private let start = Timestamp(milliseconds: 1_700_000_000_000)

    private func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: start.milliseconds + seconds * 1000) }

    /// How many tries of many are let through at one moment.
    private func tries(
        _ throttle: inout SignInThrottle, _ name: String, from address: String, device: String? = nil, at now: Timestamp
    ) -> Int {
        let counts = throttle.counts(name: name, address: address, device: device)
        return (0..<100).prefix { _ in throttle.refusal(counts, now: now) == nil }.count
    }

    @Test func `a minute has ten tries for an address, and for a name`() {
        var throttle = SignInThrottle(perMinute: 10)
        #expect(tries(&throttle, "alice", from: "1.1.1.1", at: start) == 10)
        #expect(tries(&throttle, "bob", from: "1.1.1.1", at: start) == 0, "the address has had its tries")
        #expect(tries(&throttle, "alice", from: "2.2.2.2", at: start) == 0, "the name has had its tries")
        #expect(tries(&throttle, "bob", from: "2.2.2.2", at: start) == 10)
        #expect(tries(&throttle, "alice", from: "2.2.2.2", at: at(60)) == 10, "a minute later there are ten again")
    }

    @Test func `who waits as long as was said is let through once`() {
        var throttle = SignInThrottle(perMinute: 10)
        _ = tries(&throttle, "alice", from: "1.1.1.1", at: start)
        let counts = throttle.counts(name: "alice", address: "1.1.1.1", device: nil)
        let wait = throttle.refusal(counts, now: start)
        #expect(wait == 6000)
        #expect(throttle.refusal(counts, now: Timestamp(milliseconds: start.milliseconds + 5999)) == 1)
        #expect(throttle.refusal(counts, now: at(6)) == nil)
        #expect(throttle.refusal(counts, now: at(6)) == 6000)
    }

    @Test func `an attacked name lets its owner in from where they have been before`() {
        var throttle = SignInThrottle(perMinute: 10)
        throttle.remember(name: "alice", address: "9.9.9.9")
        #expect(tries(&throttle, "alice", from: "6.6.6.6", at: start) == 10)
        #expect(tries(&throttle, "alice", from: "7.7.7.7", at: start) == 0, "all strangers together")
        #expect(tries(&throttle, "alice", from: "9.9.9.9", at: start) == 10, "the owner is not one of them")
        #expect(tries(&throttle, "bob", from: "9.9.9.9", at: start) == 10, "and is a stranger to other names")
        #expect(tries(&throttle, "alice", from: "9.9.9.9", at: start) == 0, "an acquaintance has ten tries, too")
    }

    @Test func `a browser that was here before is let in wherever it is, behind an attacker's address too`() {
        var throttle = SignInThrottle(perMinute: 10)
        #expect(tries(&throttle, "alice", from: "6.6.6.6", at: start) == 10)
        #expect(tries(&throttle, "alice", from: "6.6.6.6", device: "d1", at: start) == 10)
        #expect(tries(&throttle, "alice", from: "6.6.6.6", device: "d1", at: start) == 0)
        #expect(tries(&throttle, "alice", from: "6.6.6.6", device: "d2", at: start) == 10)
    }

    @Test func `signing in costs no try, and gives back no more than it took`() {
        var throttle = SignInThrottle(perMinute: 10)
        let counts = throttle.counts(name: "alice", address: "1.1.1.1", device: nil)
        for _ in 1...50 {
            #expect(throttle.refusal(counts, now: start) == nil)
            throttle.giveBack(counts)
        }
        #expect(tries(&throttle, "alice", from: "1.1.1.1", at: start) == 10)
    }

    @Test func `a refused try is not counted against the other count`() {
        var throttle = SignInThrottle(perMinute: 10)
        #expect(tries(&throttle, "alice", from: "1.1.1.1", at: start) == 10)
        _ = tries(&throttle, "alice", from: "2.2.2.2", at: start)
        #expect(tries(&throttle, "bob", from: "2.2.2.2", at: start) == 10)
    }

    @Test func `a clock that is set back locks nobody out for longer than a minute`() {
        var throttle = SignInThrottle(perMinute: 10)
        #expect(tries(&throttle, "alice", from: "1.1.1.1", at: at(100)) == 10)
        #expect(tries(&throttle, "alice", from: "1.1.1.1", at: start) == 0)
        #expect(tries(&throttle, "alice", from: "1.1.1.1", at: at(60)) == 10)
    }

    @Test func `zero is no limit`() {
        var throttle = SignInThrottle(perMinute: 0)
        #expect(tries(&throttle, "alice", from: "1.1.1.1", at: start) == 100)
    }

    @Test func `an attack from many addresses does not fill the memory`() {
        var throttle = SignInThrottle(perMinute: 10, maximum: 1000)
        for number in 0..<5000 { _ = throttle.refusal([.address("\(number)")], now: start) }
        #expect(throttle.size <= 1000)
        for number in 0..<900 { _ = throttle.refusal([.address("\(number)")], now: at(61)) }
        #expect(throttle.size == 900, "what was over has made room, and nothing else was forgotten")
    }

    @Test func `what has run out is forgotten when nobody tries any more`() {
        var throttle = SignInThrottle(perMinute: 10)
        for number in 0..<100 { _ = throttle.refusal([.address("\(number)")], now: start) }
        throttle.tick(now: start)
        #expect(throttle.size == 100)
        _ = throttle.refusal([.address("late")], now: at(59))
        throttle.tick(now: at(60))
        #expect(throttle.size == 1)
        throttle.tick(now: at(120))
        #expect(throttle.size == 0)
    }

    @Test(arguments: ["", "a", "Alice", "all", String(repeating: "x", count: 1_000_000)])
    func `what nobody can be called is counted by its address alone`(name: String) {
        var throttle = SignInThrottle(perMinute: 10)
        #expect(throttle.counts(name: name, address: "1.1.1.1", device: nil) == [.address("1.1.1.1")])
        #expect(tries(&throttle, name, from: "1.1.1.1", at: start) == 10)
        #expect(tries(&throttle, "alice", from: "1.1.1.1", at: start) == 0)
    }

    @Test func `a device cookie is good for its name and from this server only`() {
        let (devices, others) = (DeviceCookies(), DeviceCookies())
        let cookie = devices.make(for: "alice")
        #expect(devices.nonce(cookie, for: "alice") == cookie.split(separator: ".").first.map(String.init))
        #expect(devices.nonce(cookie, for: "bob") == nil)
        #expect(others.nonce(cookie, for: "alice") == nil)
        for broken in [nil, "", ".", "a.b", cookie + "0", cookie + ".", String(cookie.dropLast())] as [String?] {
            #expect(devices.nonce(broken, for: "alice") == nil)
        }
    }

    @Test func `a ticket is good once, and for half a minute`() throws {
        var book = TicketBook()
        let first = try book.issue(for: "token", now: start)
        #expect(first.expiresAt == at(30))
        #expect(book.redeem(first.ticket, now: at(29)) == "token")
        #expect(book.redeem(first.ticket, now: at(29)) == nil)
        let second = try book.issue(for: "token", now: start)
        #expect(book.redeem(second.ticket, now: at(30)) == nil)
        #expect(book.redeem(second.ticket, now: start) == nil, "a late try uses it up")
    }

    @Test func `tickets are bounded, for each token and altogether`() throws {
        var book = TicketBook()
        let tickets = try (0...TicketBook.maximumOfToken).map { _ in try book.issue(for: "token", now: start).ticket }
        #expect(book.redeem(tickets[0], now: start) == nil, "the oldest has made room")
        #expect(tickets.dropFirst().allSatisfy { book.redeem($0, now: start) == "token" })
        for number in 0..<TicketBook.maximum { _ = try book.issue(for: "\(number)", now: start) }
        #expect(throws: LimitReached.self) { _ = try book.issue(for: "another", now: start) }
        #expect(throws: Never.self) { _ = try book.issue(for: "another", now: at(30)) }
    }
}
