package import ApusCore
package import ApusWire

/// What a user wants to be told of a room.
package enum Notifications: String, Sendable, CaseIterable {
    case all, mentions, none
}

/// A user's own settings, inside a write transaction.
package protocol SettingWriting: AnyObject {
    func setNotifications(_ notifications: Notifications, in room: RoomKey, of user: UserKey) throws
    func notifications(in room: RoomKey, of user: UserKey) throws -> Notifications
    /// As it was set: the value's JSON.
    func setting(_ name: String, of user: UserKey) throws -> [UInt8]?
    /// The names of the user's settings; those of rooms are not among them.
    func settingNames(of user: UserKey) throws -> Set<String>
    /// Nil removes it.
    func setSetting(_ name: String, to value: JSONValue?, of user: UserKey) throws
}
