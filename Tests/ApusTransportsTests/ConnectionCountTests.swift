import NIOCore
import Testing

@testable import ApusTransports

struct ConnectionCountTests {
    private func address(_ text: String, port: Int = 1) throws -> ClientAddress {
        ClientAddress(try #require(IPAddress(SocketAddress(ipAddress: text, port: port))))
    }

    @Test func `an address has its places and gets them back`() throws {
        var count = ConnectionCount(limit: 2)
        let (one, two) = (try address("192.0.2.1"), try address("192.0.2.2"))
        let now = NIODeadline.uptimeNanoseconds(0)
        #expect(count.enter(one, now: now) == .admitted)
        #expect(count.enter(try address("192.0.2.1", port: 2), now: now) == .admitted)
        #expect(count.enter(one, now: now) == .refused(untold: 1))
        #expect(count.enter(two, now: now) == .admitted)
        count.leave(one)
        #expect(count.enter(one, now: now) == .admitted)
        count.leave(one)
        count.leave(one)
        count.leave(two)
        #expect(count.open.isEmpty)
    }

    @Test func `refusals are told at once, then together, once a minute`() throws {
        var count = ConnectionCount(limit: 0)
        let one = try address("192.0.2.1")
        func enter(_ second: Int64) -> ConnectionCount.Verdict {
            count.enter(one, now: .uptimeNanoseconds(0) + .seconds(second))
        }
        #expect(enter(100) == .refused(untold: 1))
        #expect(enter(100) == .refused(untold: nil))
        #expect(enter(159) == .refused(untold: nil))
        #expect(enter(160) == .refused(untold: 3))
        #expect(enter(161) == .refused(untold: nil))
    }

    @Test func `an IPv6 network counts as one, and an IPv4 address is one however it comes`() throws {
        #expect(try address("2001:db8:1:2::1") == address("2001:db8:1:2:ffff::9"))
        #expect(try address("2001:db8:1:2::1") != address("2001:db8:1:3::1"))
        #expect(try address("2001:db8:1:2::1").description == "2001:db8:1:2::/64")
        #expect(try address("::ffff:192.0.2.1") == address("192.0.2.1"))
        #expect(try address("::1") != address("::ffff:192.0.2.1"))
        #expect(IPAddress(try SocketAddress(unixDomainSocketPath: "/x")) == nil)
    }
}
