import ApusCore
package import ApusWire

/// Says that everything up to a seq is applied, for an SSE stream, which cannot say it itself.
package struct Ack: ChatCommand {
    package static let op = "ack"
    package static let isRemembered = false
    let connection: String
    let seq: Int64

    package init(_ fields: Fields) throws {
        connection = try fields.string("connection")
        seq = try fields.number("seq")
    }

    package var content: JSONValue { [.string(connection), .integer(seq)] }

    package func run(in context: CommandContext) throws -> Reply.Content {
        guard let hub = context.hub, let id = hub.reader(named: connection), let sent = hub.sent(connection: id),
            sent.user == context.user.key
        else {
            throw Problem(
                .noSuchConnection, "You have no SSE stream \"\(connection.prefix(64))\"; hello names the connection.")
        }
        guard seq <= sent.seq else {
            throw Problem(.invalidField, "\"seq\" \(seq) is past what was sent on this stream, \(sent.seq).")
        }
        if !sent.observes {
            let seq = seq
            context.afterCommit.append { $0.recordAck(sent.user, sent.scope, seq) }
        }
        return [:]
    }
}
