import ApusCore
import ApusServer
import ApusWire

/// A cursor that cannot be continued is answered with a position that can.
let resetCases: [DeliveryCase] = [
    DeliveryCase("a cursor of no known epoch is reset") { server, transport in
        let users = try await server.threeInTwoRooms()
        try await server.expectReset("unknown_epoch", of: Cursor(epoch: "zzzzzzzz", seq: 1), users, transport)
    },

    DeliveryCase("a cursor past the end of the log is reset") { server, transport in
        let users = try await server.threeInTwoRooms()
        let head = try server.head()
        try await server.expectReset("ahead", of: await server.cursor(head + 1), users, transport)
        let old = await server.cursor(head + 2)
        try await server.restart()
        try await users[1].flood("hall", 5)
        try await server.expectReset("ahead", of: old, users, transport)
        let stream = server.stream(transport, as: users[0], StreamOptions(cursor: Cursor(epoch: old.epoch, seq: head)))
        let end = try server.head()
        try server.verify(try await stream.collectEvents(through: end), are: users[0], after: head, through: end)
    },

    DeliveryCase("a cursor too far behind is reset", adjust: { $0.hub.maximumCatchUp = 10 }) { server, transport in
        let users = try await server.threeInTwoRooms()
        let head = try await users[1].flood("hall", 12)
        try await server.expectReset("too_old", of: await server.cursor(head - 11), users, transport)
        let end = try server.head()
        let stream = server.stream(transport, as: users[0], StreamOptions(cursor: await server.cursor(end - 10)))
        try server.verify(try await stream.collectEvents(through: end), are: users[0], after: end - 10, through: end)
    },
]

extension TestServer {
    fileprivate func expectReset(
        _ reason: String, of cursor: Cursor, _ users: [TestUser], _ transport: Transport
    ) async throws {
        let refused = stream(transport, as: users[0], StreamOptions(cursor: cursor))
        guard case .reset(reason, let fresh) = try await refused.ending() else {
            throw DeliveryFailure("a reset \(reason) was expected on \(transport) for \(cursor)")
        }
        guard case .ended(let closeCode, let status, _) = try await refused.ending() else {
            throw DeliveryFailure("an end was expected on \(transport) after the reset")
        }
        try require(transport != .webSocket || closeCode == 4409, "close code 4409, but \(closeCode ?? 0) came")
        try require(!(transport.abilities.contains(.acksByCursor)) || status == 410, "status 410, not \(status ?? 0)")
        let head = try head()
        try require(fresh == self.cursor(head), "the new position \(self.cursor(head)), but \(fresh) came")
        let stream = stream(transport, as: users[0], StreamOptions(cursor: fresh))
        let last = try await users[1].post("hall", "after the reset")
        try verify(try await stream.collectEvents(through: last), are: users[0], after: fresh.seq, through: last)
        try await stream.abort()
    }
}
