import ApusCore
package import ApusWire

/// Says that one is writing in a room, or no longer. Ends by itself.
package struct Typing: ChatCommand {
    package static let op = "typing"
    package static let isRemembered = false
    static let expiresMilliseconds: Int64 = 10_000
    let slug: String
    let isOn: Bool

    package init(_ fields: Fields) throws {
        slug = try fields.string("room")
        isOn = try fields.bool("on")
    }

    package var content: JSONValue { [.string(slug), .bool(isOn)] }

    package func run(in context: CommandContext) throws -> Reply.Content {
        let room = try context.openRoom(slug)
        context.signals.append(
            SignalDraft(
                key: SignalKey(.typing, room: room.key, user: context.user.key), room: slug, user: context.user.id,
                value: Array((isOn ? "true" : "false").utf8), at: context.at, isAtRest: !isOn,
                expiresMilliseconds: isOn ? Self.expiresMilliseconds : nil, restValue: Array("false".utf8)))
        return [:]
    }
}
