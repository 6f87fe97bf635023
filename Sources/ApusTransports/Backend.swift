package import ApusCore
package import ApusWire

/// What the transports need of the server behind them: who somebody is, and somebody to run commands.
package protocol Backend: Sendable {
    var hub: Hub { get }
    /// How many commands a user may send; nil: as many as they like.
    var allowance: CommandAllowance? { get }
    /// Whose requests are taken besides those that carry their credentials themselves.
    var origins: AllowedOrigins { get }
    /// Whose token this is, without asking the disk.
    func known(token: String) -> Recognition
    /// Asks the disk whose it is, so that it is known. Blocks.
    func load(token: String) throws
    /// Takes a ticket in; the token that it was made with, nil if it is not good.
    func redeem(ticket: String) -> String?
    /// The rooms of these names, if all of them are known without asking the disk.
    func knownRooms(named names: [String]) -> Set<RoomKey>?
    /// The same, asking the disk; names of no room are left out. Blocks.
    func rooms(named names: [String]) throws -> Set<RoomKey>
    /// Runs something that blocks on a thread where that hurts nobody.
    func offload(_ work: @escaping @Sendable () -> Void)
    /// Runs commands of one user in order; the replies come to the address.
    func submit(_ items: [Command.Item], of user: Identity, replyTo: ReplyAddress)
}

/// What a server knows of a token at the moment.
package enum Recognition: Sendable {
    case somebody(Credential)
    /// It is nobody's for sure.
    case nobody
    /// The disk must be asked.
    case unknown
}

/// A token bucket, as clients are told of it.
package struct CommandAllowance: Sendable {
    /// The burst as quota, the time in which it grows back as window.
    package let policy: RateLimitPolicy

    /// Nil where there is no limit.
    package init?(perSecond: Int, burst: Int) {
        guard perSecond > 0 else { return nil }
        let burst = max(burst, 1)
        policy = RateLimitPolicy("commands", quota: burst, window: (burst + perSecond - 1) / perSecond)
    }

    /// The fields of an answer that says that it is used up.
    func headers(retryAfterMilliseconds wait: Int64) -> String {
        policy.fields(retryAfterMilliseconds: wait).map { "\($0.name): \($0.value)\r\n" }.joined()
    }
}
