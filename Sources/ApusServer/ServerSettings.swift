package import ApusChat
package import ApusCore
package import ApusTransports
package import ApusWire
package import NIOCore

/// Everything that an operator can set about a running server.
package struct ServerSettings: Sendable {
    package var data = "./data"
    package var host = "127.0.0.1"
    /// 0 takes any free port.
    package var port = 8080
    /// 0: one event loop a processor.
    package var loops = 0
    package var hub = HubConfiguration()
    package var chat = ChatLimits()
    package var timeouts = FrontTimeouts()
    /// 0 means any number.
    package var connectionsPerAddress = 0
    /// Reverse proxies that are believed about where requests come from: addresses and networks.
    package var trustedProxies: [String] = []
    package var registration = Registration.invite
    /// Tries to sign in a minute, for each address and each name; 0 means any number.
    package var signInTries = 10
    /// Pages on other servers that may use this one, as browsers write them: `https://chat.example`.
    package var allowedOrigins: [String] = []
    /// Nil: tokens of other applications are not taken.
    package var jwt: JWTSettings?
    /// How long a stopping server waits for its connections to go.
    package var grace: TimeAmount = .seconds(5)
    /// What time it is for people; tests bring a clock that they can turn.
    package var wallClock: @Sendable () -> Timestamp = { .now }

    package init() {}

    /// Whether a text may stand among the allowed origins.
    package static func isOrigin(_ text: String) -> Bool { AllowedOrigins.isOrigin(text) }

    /// Whether a text may stand among the trusted proxies.
    package static func isNetwork(_ text: String) -> Bool { TrustedProxies.isNetwork(text) }

    /// What `hello` tells clients; 0 means no limit.
    var limits: JSONObject {
        [
            "text": .integer(Int64(chat.textLength)),
            "commands_per_second": .integer(Int64(chat.commandsPerSecond)),
            "command_burst": .integer(Int64(chat.commandBurst)),
            "streams_per_user": .integer(Int64(hub.streamsPerUser)),
            "frame_bytes": .integer(Int64(ClientFrame.maximumSize)),
        ]
    }
}
