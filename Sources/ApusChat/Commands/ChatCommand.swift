package import ApusWire

/// A decoded command: its fields, and what it does. Adding one is a file here and a line in `chatCommands`.
package protocol ChatCommand: Sendable {
    static var op: String { get }
    /// Whether its success is kept with its id, so that a repeat gets the first reply.
    static var isRemembered: Bool { get }
    init(_ fields: Fields) throws
    /// The known fields in a fixed order: two commands of one id are the same if these are.
    var content: JSONValue { get }
    /// Validates, changes, and returns the reply's `ok`. Throws a `Problem` for what the client can mend.
    func run(in context: CommandContext) throws -> JSONObject
}

extension ChatCommand {
    package static var isRemembered: Bool { true }
}

package let chatCommands: [String: any ChatCommand.Type] = Dictionary(
    uniqueKeysWithValues: ([
        RoomCreate.self, RoomJoin.self, RoomLeave.self, MessagePost.self, Read.self, Typing.self, Presence.self,
        Ack.self,
        RoomDirect.self, RoomUpdate.self, RoomArchive.self, MemberAdd.self, MemberRemove.self, MemberChangeRole.self,
        MemberBan.self, MemberUnban.self,
        UserUpdate.self, UserRoleChange.self, UserBan.self, UserUnban.self,
        MessageEdit.self, MessageDelete.self, ReactionAdd.self, ReactionRemove.self, SettingsUpdate.self,
    ] as [any ChatCommand.Type]).map { ($0.op, $0) })
