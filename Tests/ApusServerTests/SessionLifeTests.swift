import ApusServer
import ApusTestKit
import ApusWire
import Testing

/// Sessions as time goes by, on a clock that the test turns.
struct SessionLifeTests {
    private static let day: Int64 = 24 * 3_600_000

    private func signIn(_ server: TestServer) async throws -> ServerAddress {
        let anybody = ServerAddress(port: server.port)
        let (status, body) = try await TestClient(anybody).post(
            "/v1/accounts",
            ["name": "olga", "password": "correct horse", "setup": .string(await server.server.setupSecret ?? "")])
        try require(status == 201, "an account, but \(status) came: \(quoted(body))")
        return ServerAddress(port: server.port, token: body["token"]?.string ?? "")
    }

    private func status(_ address: ServerAddress) async throws -> Int {
        try await TestClient(address).get("/v1/sync").status
    }

    private func ends(_ address: ServerAddress) async throws -> String? {
        let (_, _, body) = try await TestClient(address).get("/v1/sessions")
        return body["sessions"]?.array?.first?["expires_at"]?.string
    }

    @Test func `a session lasts thirty days from its last use, and its streams no longer`() async throws {
        try await TestServer.run { server in
            let olga = try await signIn(server)
            for _ in 1...3 {
                server.clock.advance(milliseconds: 20 * Self.day)
                #expect(try await status(olga) == 200)
            }
            let stream = TestStream(server: olga, transport: .webSocket)
            try await stream.start()
            server.clock.advance(milliseconds: 31 * Self.day)
            guard case .bye("unauthorized", reconnect: false) = try await stream.ending() else {
                throw DeliveryFailure("the end of the stream was expected")
            }
            #expect(try await status(olga) == 401)
        }
    }

    @Test func `its use is written down once a day, and outlives a restart`() async throws {
        try await TestServer.run { server in
            let olga = try await signIn(server)
            let first = try await ends(olga)
            server.clock.advance(milliseconds: Self.day - 60_000)
            #expect(try await ends(olga) == first, "less than a day later")
            server.clock.advance(milliseconds: 60_000)
            _ = try await status(olga)
            let deadline = ContinuousClock.now + .seconds(15)
            while try await ends(olga) == first {
                try #require(ContinuousClock.now < deadline, "the use is not written down")
            }
            server.clock.advance(milliseconds: 29 * Self.day)
            try await server.restart()
            #expect(try await status(olga) == 200)
        }
    }
}
