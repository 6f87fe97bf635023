import ApusTestKit
import Foundation
import Testing

/// Each promise of the stream, over each transport that can show it. `APUS_CASE` plays only the cases whose names
/// contain it.
struct DeliveryTests {
    struct Pair: Sendable, CustomTestStringConvertible {
        let delivery: DeliveryCase
        let transport: Transport

        var testDescription: String { "\(delivery.name), by \(transport.rawValue)" }
    }

    private static let pairs = DeliveryCase.all.flatMap { delivery in
        Transport.all.map { Pair(delivery: delivery, transport: $0) }
    }
    static let played = pairs.filter { $0.delivery.fits($0.transport) }

    private static let asked = ProcessInfo.processInfo.environment["APUS_CASE"]

    @Test(arguments: played.filter { asked.map($0.delivery.name.contains) ?? true })
    func `a reader gets what the log holds`(_ pair: Pair) async throws {
        try await pair.delivery.run(on: pair.transport)
    }

    /// So that a case is left out of a transport only because the transport is declared not to be able to show it.
    @Test func `every case is played wherever it makes sense`() {
        #expect(Set(DeliveryCase.all.map(\.name)).count == DeliveryCase.all.count)
        for delivery in DeliveryCase.all {
            let played = Self.played.filter { $0.delivery.name == delivery.name }.map(\.transport)
            #expect(!played.isEmpty, "\(delivery.name)")
            if delivery.needs.isEmpty { #expect(played == Transport.all, "\(delivery.name)") }
        }
    }
}
