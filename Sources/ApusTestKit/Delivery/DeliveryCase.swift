package import ApusServer

/// One promise of the stream, kept over every transport that can show it.
package struct DeliveryCase: Sendable, CustomStringConvertible {
    package let name: String
    /// What a transport must be able to do for the case to make sense there.
    package let needs: Set<Transport.Ability>
    package let adjust: @Sendable (inout ServerSettings) -> Void
    private let body: @Sendable (TestServer, Transport) async throws -> Void

    init(
        _ name: String, needs: Set<Transport.Ability> = [],
        adjust: @escaping @Sendable (inout ServerSettings) -> Void = { _ in },
        body: @escaping @Sendable (TestServer, Transport) async throws -> Void
    ) {
        self.name = name
        self.needs = needs
        self.adjust = adjust
        self.body = body
    }

    package var description: String { name }

    /// Whether the case makes sense on this transport.
    package func fits(_ transport: Transport) -> Bool { needs.isSubset(of: transport.abilities) }

    /// Starts a server, plays the case, and throws what is not as promised.
    package func run(on transport: Transport) async throws {
        try await TestServer.run(adjust) { try await body($0, transport) }
    }

    package static let all: [DeliveryCase] =
        orderCases + resumeCases + visibilityCases + resetCases + signalCases + presenceCases + streamCases + ackCases
        + raceCases + changeCases + commandCases + roomCases + credentialCases + messageCases
}

extension Transport {
    /// What a delivery case may need.
    package enum Ability: String, Sendable {
        /// Sends by itself, after a hello, and beats.
        case pushes
        /// Can be held open while nothing happens, so that it can be ended by the server.
        case waits
        /// Can stop taking bytes.
        case stalls
        /// Has a command endpoint beside it or in it.
        case commands
        /// Says by frame or command what it has applied.
        case acks
        /// Acknowledges by the cursor it asks with.
        case acksByCursor
        /// Sends empty batches soon after hello.
        case ticks
        /// Echoes probes, and turns from a probe into a stream.
        case probes
    }

    package var abilities: Set<Ability> {
        switch self {
        case .webSocket: [.pushes, .waits, .stalls, .commands, .acks, .probes]
        case .sse: [.pushes, .waits, .stalls, .commands, .acks, .ticks]
        case .longPoll: [.waits, .commands, .acksByCursor]
        case .shortPoll: [.commands, .acksByCursor]
        case .inProcess: [.pushes, .waits, .stalls, .acks]
        }
    }
}
