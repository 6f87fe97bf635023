package import ApusCore
package import ApusWire

/// What the transports need of the server behind them: who somebody is, and somebody to run commands.
package protocol Backend: Sendable {
    var hub: Hub { get }
    /// Whose token this is, if it is known without asking the disk.
    func knownIdentity(bearer: String) -> Identity?
    /// The same, asking the disk. Blocks. Nil: nobody's.
    func identity(bearer: String) throws -> Identity?
    /// The rooms of these names, if all of them are known without asking the disk.
    func knownRooms(named names: [String]) -> Set<RoomKey>?
    /// The same, asking the disk; names of no room are left out. Blocks.
    func rooms(named names: [String]) throws -> Set<RoomKey>
    /// Runs something that blocks on a thread where that hurts nobody.
    func offload(_ work: @escaping @Sendable () -> Void)
    /// Runs commands of one user in order; the replies come to the address.
    func submit(_ items: [Command.Item], of user: Identity, replyTo: ReplyAddress)
}
