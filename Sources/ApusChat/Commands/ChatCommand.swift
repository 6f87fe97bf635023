package import ApusWire

/// A decoded command: its fields, and what it does. Adding one is a file here and a line in `chatCommands`.
package protocol ChatCommand: Sendable {
    static var op: String { get }
    /// Whether its success is kept with its id, so that a repeat gets the first reply.
    static var isRemembered: Bool { get }
    init(_ fields: Fields) throws
    /// The known fields in a fixed order, but for what is said: two commands of one id are the same if these are, and
    /// that is. A hash of them is kept for ever.
    var content: JSONValue { get }
    /// What a message is to say. Kept in the log alone, where deleting the message takes it away: a short text could be
    /// guessed from any hash.
    var said: String? { get }
    /// Validates, changes, and returns the reply's `ok`. Throws a `Problem` for what the client can mend.
    func run(in context: CommandContext) throws -> Reply.Content
}

extension ChatCommand {
    package static var isRemembered: Bool { true }
    package var said: String? { nil }
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
