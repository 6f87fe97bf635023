import ApusWire
import NIOCore
import NIOEmbedded
import Testing

@testable import ApusTransports

/// Every request of a connection has the same time to come in. (Those of the router: slow_loris, end to end.)
struct RequestTimeTests {
    private static let unfinished = "Host: x\r\nAuthorization: Bearer ada\r\nContent-Length: 99\r\n\r\n{"

    @Test(arguments: ["/v1/commands", "/v1/stream"], [0, 1, 2])
    func `a request that is not complete after 15 s is answered 408, be it the first or not`(
        path: String, before: Int
    ) throws {
        let desk = try FrontDesk()
        for _ in 0..<before {
            try #require(try desk.send(desk.get("/v1/stream")).hasPrefix("HTTP/1.1 200 "))
            _ = try desk.advance(.seconds(5))
        }
        // The first one's time begins with the connection.
        #expect(try desk.send("POST \(path) HTTP/1.1\r\n\(Self.unfinished)") == "")
        for _ in 0..<14 {
            #expect(try desk.advance(.seconds(1)) == "" && desk.channel.isActive)
            #expect(try desk.send(" ") == "")
        }
        #expect(try desk.advance(.seconds(1)).hasPrefix("HTTP/1.1 408 "))
        #expect(!desk.channel.isActive)
    }

    @Test func `a head that drips is cut off after 15 s, also where a request came before`() throws {
        let desk = try FrontDesk()
        try desk.send(desk.get("/v1/stream"))
        _ = try desk.advance(.seconds(60))
        #expect(try desk.send("GET /v1/st") == "" && desk.channel.isActive)
        for _ in 0..<14 { #expect(try desk.advance(.seconds(1)) == "" && desk.channel.isActive) }
        #expect(try desk.send("r") == "" && desk.channel.isActive)
        #expect(try desk.advance(.seconds(1)) == "" && !desk.channel.isActive)
    }

    @Test func `between two requests a connection has 75 s`() throws {
        let desk = try FrontDesk()
        for _ in 0..<2 {
            #expect(try desk.send(desk.get("/v1/stream")).hasPrefix("HTTP/1.1 200 "))
            #expect(try desk.advance(.seconds(74)) == "" && desk.channel.isActive)
        }
        #expect(try desk.advance(.seconds(1)) == "" && !desk.channel.isActive)
    }
}
