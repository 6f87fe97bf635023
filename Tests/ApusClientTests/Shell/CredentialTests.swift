import ApusClient
import ApusServer
import ApusTestKit
import ApusWire
import Crypto
import Foundation
import NIOConcurrencyHelpers
import Testing

/// Tokens whose time is over, against a server that takes those of another application.
@Suite(.timeLimit(.minutes(3)))
struct CredentialTests {
    private static let secret = Array("0123456789abcdef0123456789abcdef".utf8)
    /// The server excuses clocks that are a minute wrong.
    private static let leeway = 60.0

    private static func encode(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString().map { ["+": "-", "/": "_"][$0] ?? String($0) }.joined()
            .trimmingCharacters(in: ["="])
    }

    /// Good for so many seconds; each one is another.
    private static func token(lasting seconds: Double) -> String {
        let claims: JSONValue = [
            "iss": "https://shop.example", "sub": "42", "aud": "apus", "preferred_username": "alice",
            "exp": .number(Date().timeIntervalSince1970 - leeway + seconds), "jti": .string(UUID().uuidString),
        ]
        let signed = encode(#"{"alg":"HS256","typ":"JWT","kid":"k1"}"#.utf8) + "." + encode(claims.encoded)
        let code = HMAC<SHA256>.authenticationCode(for: Array(signed.utf8), using: SymmetricKey(data: secret))
        return "\(signed).\(encode(code))"
    }

    /// A room of Bob's, and a folder for the keys.
    private static func scene(_ body: (TestUser, TestServer) async throws -> Void) async throws {
        let keys = NSTemporaryDirectory() + "apus-keys-\(UUID().uuidString.prefix(8)).json"
        let set: JSONValue = ["keys": [["kty": "oct", "kid": "k1", "k": .string(encode(secret))]]]
        try Data(set.encoded).write(to: URL(fileURLWithPath: keys))
        defer { try? FileManager.default.removeItem(atPath: keys) }  // in the folder for temporary files
        try await TestServer.run {
            $0.jwt = JWTSettings(keys: keys, audience: "apus", issuer: nil)
        } _: { server in
            let bob = try await server.user("bob")
            try await bob.create("general")
            try await body(bob, server)
        }
    }

    @Test(arguments: [true, false])
    func `a client lives on over the ends of its tokens, and misses nothing`(upgrades: Bool) async throws {
        try await Self.scene { bob, server in
            let cutter = try await Cutter(to: server.port)
            cutter.dropUpgrades(!upgrades)
            let given = NIOLockedValueBox(0)
            let client = try ApusClient(url: cutter.url) {
                given.withLockedValue { $0 += 1 }
                return Self.token(lasting: 2)
            }
            let statuses = NIOLockedValueBox<[Ladder.Status]>([])
            let watching = Task {
                for await status in client.status { statuses.withLockedValue { $0.append(status.connection) } }
            }
            try await client.waits(for: "the first connection") { $0.transport != nil }
            try await client.join("general")
            let heard = NIOLockedValueBox<[String]>([])
            let loop = Task {
                for try await event in client.events {
                    if let text = Message(event)?.text { heard.withLockedValue { $0.append(text) } }
                }
            }
            var said: [String] = []
            let ends = { @Sendable in
                statuses.withLockedValue { $0.count { $0 == .reconnecting(nextTry: nil) } }
            }
            let clock = ContinuousClock()
            let limit = clock.now + .seconds(60)
            while ends() < 3, clock.now < limit {
                try await bob.post("general", "his \(said.count)")
                said.append("his \(said.count)")
                try await client.post("mine \(said.count)", to: "general")
                said.append("mine \(said.count)")
            }
            #expect(ends() >= 3)
            let all = said
            try await eventually("all that was said") { heard.withLockedValue { $0.count } >= all.count }
            #expect(heard.withLockedValue { $0 } == said)
            #expect(!statuses.withLockedValue { $0.contains(.needsCredentials) })
            #expect(given.withLockedValue { $0 } < 100)
            await client.close()
            try await loop.value
            await watching.value
            await cutter.stop()
        }
    }

    @Test func `the same token again, or another that is refused as well, needs a person`() async throws {
        try await Self.scene { _, server in
            for isAnother in [false, true] {
                let given = NIOLockedValueBox(0)
                let old = Self.token(lasting: -5)
                let client = try ApusClient(url: "http://127.0.0.1:\(server.port)") {
                    given.withLockedValue { $0 += 1 }
                    return isAnother ? Self.token(lasting: -5) : old
                }
                try await client.waits(for: "the refusal") { $0.connection == .needsCredentials }
                // For the snapshot, when that was refused, and for a snapshot by the other one.
                #expect(given.withLockedValue { $0 } == (isAnother ? 3 : 2))
                await client.close()
            }
        }
    }

    @Test func `an application that cannot say is asked again`() async throws {
        try await Self.scene { _, server in
            let given = NIOLockedValueBox(0)
            let client = try ApusClient(url: "http://127.0.0.1:\(server.port)") {
                switch given.withLockedValue({ given in
                    given += 1
                    return given
                }) {
                case 1: return Self.token(lasting: -5)
                case 2, 3: throw DeliveryFailure("its own server is being restarted")
                default: return Self.token(lasting: 60)
                }
            }
            let needed = Task {
                for await status in client.status where status.connection == .needsCredentials { return true }
                return false
            }
            try await client.waits(for: "the connection") { $0.transport != nil }
            await client.close()
            #expect(await needed.value == false)
        }
    }
}
