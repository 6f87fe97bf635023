import ApusWire
import NIOCore
import NIOEmbedded
import Testing

@testable import ApusTransports

/// What is kept of requests that are not complete, and of whose.
struct UnfinishedBodyTests {
    private func head(_ fields: String, _ path: String = "/v1/commands") -> String {
        "POST \(path) HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2000\r\n\(fields)\r\n"
    }

    @Test(arguments: ["", "Authorization: Bearer eve\r\n", "Cookie: apus_session=eve\r\n"], ["", "{", "Expect"])
    func `nobody's body is not waited for`(credentials: String, body: String) throws {
        let desk = try FrontDesk()
        let expects = body == "Expect"
        let text = try desk.send(
            head(credentials + (expects ? "Expect: 100-continue\r\n" : "")) + (expects ? "" : body))
        #expect(text.hasPrefix("HTTP/1.1 401 ") && text.contains("\r\nconnection: close\r\n"))
        #expect(!desk.channel.isActive)
    }

    @Test func `nobody's request that is there whole is refused, and the connection stays`() throws {
        let desk = try FrontDesk()
        let request = desk.post(#"{"id":"a","op":"x"}"#).replacing("Bearer ada", with: "Bearer eve")
        #expect(try desk.send(request).hasPrefix("HTTP/1.1 401 ") && desk.channel.isActive)
    }

    @Test func `of strangers together no more is kept than there is room for`() throws {
        let bodies = UnfinishedBodies(maximum: 1000)
        #expect(bodies.take(600) && !bodies.take(401) && bodies.take(400) && !bodies.take(1))
        bodies.giveBack(400)
        #expect(bodies.take(400))
    }

    @Test func `a stranger's body has the room, somebody's takes none of it`() throws {
        let (desk, half) = (try FrontDesk(unfinishedBytes: 1000), String(repeating: " ", count: 900))
        #expect(try desk.send(head("Authorization: Bearer ada\r\n") + half + half) == "")
        try desk.send(String(repeating: " ", count: 200))
        let stranger = try FrontDesk(unfinishedBytes: 1000)
        #expect(try stranger.send(head("Authorization: Bearer late\r\n") + half) == "")
        let text = try stranger.send(half)
        #expect(text.hasPrefix("HTTP/1.1 503 ") && text.contains("\r\nretry-after: 3\r\n"))
        #expect(text.contains(#""code":"overloaded""#) && !stranger.channel.isActive)
    }

    @Test func `the room is free again when a request is there`() throws {
        let desk = try FrontDesk(unfinishedBytes: 1000)
        let half = String(repeating: " ", count: 900)
        for _ in 0..<3 {
            #expect(try desk.send(head("Authorization: Bearer late\r\n").replacing("2000", with: "901") + half) == "")
            // No JSON is in it.
            #expect(try desk.send(" ").hasPrefix("HTTP/1.1 400 "))
        }
    }
}
