import ApusChat
import ApusCore
import GRDB

/// What the writer keeps between transactions: its statements, and what it has read of rooms and members. There is only
/// one writer, so what it knows stays true until it changes it; a transaction that is rolled back empties the memory.
/// Confined to the writer's connection.
final class WriterMemory: @unchecked Sendable {
    // Invariant for @unchecked: touched only inside a write access of the pool, and there is one at a time.
    /// How much is remembered before all is forgotten.
    private static let maximumRooms = 10_000
    private static let maximumStays = 100_000
    private static let maximumAccounts = 100_000

    let begin: PreparedStatement
    let commit: PreparedStatement
    let findCommand: PreparedStatement
    let insertCommand: PreparedStatement
    let insertEvent: PreparedStatement
    let insertTerms: PreparedStatement
    let findRoom: PreparedStatement
    let findStay: PreparedStatement
    private let findAccount: PreparedStatement
    /// Asked by readers too, and safe for that.
    let tokens: TokenFilter

    /// The log's last seq, as of the last transaction.
    var head: Int64?
    /// The seq up to which the projections are complete.
    var projected: Int64?
    private var rooms: [String: Room] = [:]
    private var slugs: [RoomKey: String] = [:]
    private var stays: [MemberKey: Int64] = [:]
    private var accounts: [UserKey: Account] = [:]
    /// The last message numbers.
    private var heads: [RoomKey: Int64] = [:]

    init(_ database: Database) throws {
        begin = try PreparedStatement("BEGIN IMMEDIATE", on: database)
        commit = try PreparedStatement("COMMIT", on: database)
        findCommand = try PreparedStatement("SELECT hash, reply FROM command WHERE id = ? AND user = ?", on: database)
        insertCommand = try PreparedStatement(
            "INSERT INTO command (id, user, hash, reply) VALUES (?, ?, ?, ?)", on: database)
        insertEvent = try PreparedStatement(
            """
            INSERT INTO event (seq, audience, type, by, at, command_id, data, number, about, witness)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, on: database)
        insertTerms = try PreparedStatement("INSERT INTO search (rowid, terms) VALUES (?, ?)", on: database)
        findRoom = try PreparedStatement("\(Room.columns) FROM room WHERE room.slug = ?", on: database)
        findStay = try PreparedStatement("SELECT since FROM member WHERE room = ? AND user = ?", on: database)
        findAccount = try PreparedStatement("\(Account.columns) WHERE key = ?", on: database)
        tokens = try TokenFilter(database)
    }

    // MARK: accounts

    func account(_ key: UserKey) throws -> Account? {
        if let account = accounts[key] { return account }
        let account = try findAccount.first(key.raw) { Account($0) }
        accounts[key] = account
        return account
    }

    /// What is written about a user has changed.
    func forget(_ user: UserKey) { accounts[user] = nil }

    // MARK: rooms

    func room(named slug: String) throws -> Room? { try known(slug) ?? readRoom(slug) }

    /// A room and the user's stay in it. Only what is known of a member is taken from memory: whether a room is not
    /// there or not the user's is asked of the disk each time, by the same two statements.
    func room(named slug: String, as user: UserKey) throws -> (room: Room, since: Int64?)? {
        if let room = known(slug), let since = stays[MemberKey(room: room.key, user: user)] { return (room, since) }
        let room = try readRoom(slug)
        let since = try readStay(of: user, in: room?.key ?? RoomKey(0))
        return room.map { ($0, since) }
    }

    private func known(_ slug: String) -> Room? {
        guard var room = rooms[slug] else { return nil }
        room.head = heads[room.key] ?? room.head
        return room
    }

    private func readRoom(_ slug: String) throws -> Room? {
        guard var room = try findRoom.first(slug, read: { Room($0) }) else { return nil }
        room.head = heads[room.key] ?? room.head
        rooms[slug] = room
        slugs[room.key] = slug
        heads[room.key] = room.head
        return room
    }

    func stay(of user: UserKey, in room: RoomKey) throws -> Int64? {
        try stays[MemberKey(room: room, user: user)] ?? readStay(of: user, in: room)
    }

    private func readStay(of user: UserKey, in room: RoomKey) throws -> Int64? {
        let since = try findStay.first(room.raw, user.raw) { $0.isNull(0) ? nil : $0.integer(0) } ?? nil
        stays[MemberKey(room: room, user: user)] = since
        return since
    }

    /// Members have changed.
    func forget(_ user: UserKey, in room: RoomKey) {
        stays[MemberKey(room: room, user: user)] = nil
        forget(room)
    }

    /// What is written about a room has changed.
    func forget(_ room: RoomKey) {
        if let slug = slugs[room] { rooms[slug] = nil }
    }

    /// The next number of a room.
    func takeNumber(in room: RoomKey, stored: () throws -> Int64) throws -> Int64 {
        let number = try (heads[room] ?? stored()) + 1
        heads[room] = number
        return number
    }

    /// At the beginning of a transaction, when everything is on the disk.
    func trim() {
        if rooms.count > Self.maximumRooms || stays.count > Self.maximumStays || accounts.count > Self.maximumAccounts {
            forget()
        }
    }

    /// What was read may have been rolled back.
    func forget() {
        head = nil
        projected = nil
        rooms = [:]
        slugs = [:]
        stays = [:]
        accounts = [:]
        heads = [:]
    }
}
