import NIOCore
import Testing

@testable import ApusTransports

struct TrustedProxiesTests {
    private let proxies = TrustedProxies(["127.0.0.1", "10.0.0.0/12", "::1", "2001:db8::/33"])

    private func client(_ peer: String, _ fields: String...) throws -> String? {
        let client = proxies.client(of: try SocketAddress(ipAddress: peer, port: 1), forwardedFor: fields)
        return client.map { "\(ClientAddress($0))" }
    }

    @Test func `what an untrusted address says is not believed`() throws {
        #expect(try client("192.0.2.1", "203.0.113.9") == "192.0.2.1")
        #expect(try client("10.16.0.1", "203.0.113.9") == "10.16.0.1", "just outside of the network")
        #expect(try client("2001:db8:8000::1", "203.0.113.9") == "2001:db8:8000:0::/64")
    }

    @Test(arguments: ["127.0.0.1", "10.15.255.255", "::1", "2001:db8:7fff::1", "::ffff:127.0.0.1"])
    func `a trusted proxy says who asks`(_ peer: String) throws {
        #expect(try client(peer, "203.0.113.9") == "203.0.113.9")
        #expect(try client(peer, "2a00:1450:4001:830::200e") == "2a00:1450:4001:830::/64")
    }

    @Test func `the last address counts that is not a proxy's`() throws {
        #expect(try client("127.0.0.1", "198.51.100.7, 203.0.113.9") == "203.0.113.9")
        #expect(try client("127.0.0.1", "198.51.100.7", "203.0.113.9,10.1.2.3 ,\t::1") == "203.0.113.9")
        #expect(try client("127.0.0.1", "10.1.2.3") == "10.1.2.3", "a proxy that asks for itself")
    }

    @Test(arguments: ["", "unknown", "203.0.113.9, ", "203.0.113.9, chat.example", "203.0.113.9, 10.0.0.256"])
    func `a name that is no address ends the search at the proxy that said it`(_ field: String) throws {
        #expect(try client("127.0.0.1", field) == "127.0.0.1")
        #expect(try client("127.0.0.1") == "127.0.0.1")
    }

    @Test func `only addresses and networks are taken`() throws {
        for good in ["127.0.0.1", "10.0.0.0/8", "::1", "fd00::/8", "0.0.0.0/0", "192.0.2.1/32"] {
            #expect(TrustedProxies.isNetwork(good), "\(good)")
        }
        for bad in ["", "localhost", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0/8", "::1/129", "1.2.3.4:80"] {
            #expect(!TrustedProxies.isNetwork(bad), "\(bad)")
        }
    }
}
