package import ApusCore

/// The disk did not take a write, or did not give what was asked. The transaction has not happened.
package struct StorageFailure: Error, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// What a savepoint's body left behind can only be taken back by running the whole transaction again. Thrown through
/// `write`'s body, which lets it pass.
package struct TransactionRestart: Error {
    package init() {}
}

/// A command that succeeded once, as it is kept for ever.
package struct RememberedCommand: Sendable {
    /// What tells it from another command with its id, but for what it said. Empty if it is older than schema 2: then
    /// nothing tells it.
    package let hash: [UInt8]
    /// The reply's `ok`, one JSON object.
    package let reply: [UInt8]

    package init(hash: [UInt8], reply: [UInt8]) {
        self.hash = hash
        self.reply = reply
    }
}

/// One write transaction, as commands see it. Used on the writer's thread only, and only inside `write`.
/// Methods throw `StorageFailure` when the disk refuses, and that ends the whole group.
package protocol ChatTransaction: RoomWriting, MessageWriting, SettingWriting, AccountWriting, ExternalAccountWriting,
    HookWriting, SearchWriting
{
    /// Runs `body` so that its changes vanish if it throws, and no others.
    func savepoint<T>(_ body: () throws -> T) throws -> T
    /// The seq of the last event, those of this transaction included.
    var head: Int64 { get }
    func append(_ event: LogEvent, by: UserKey) throws
    /// Writes something that changes nothing, to learn whether the disk takes writes again.
    func touch() throws

    func remembered(_ id: String, of user: UserKey) throws -> RememberedCommand?
    func remember(_ command: RememberedCommand, id: String, of user: UserKey) throws
}

/// The database: the log, and the chat state that is written in the same transactions. Reads block.
package protocol ChatStore: Log, SignalSource, RoomReading, MessageReading, AccountReading, ExternalAccountReading,
    HookReading, SearchReading
{
    /// Runs `body` in one transaction that is on the disk when this returns (fsync included). It may be run twice: what
    /// the first run did has not happened then. Returns how long the commit took. Throws `StorageFailure` when it did
    /// not happen.
    func write(_ body: (any ChatTransaction) throws -> Void) throws -> Duration

    /// Removes from the store's files what deleted messages have left beside the database itself, such as a write-ahead
    /// log. False when a reader is in the way: to be tried again. Not inside `write`. Throws `StorageFailure`.
    func wipe() throws -> Bool
}
