import ApusChat
import ApusCore
import ApusWire

/// Writes to a store in few words.
struct Workbench {
    let store: any ChatStore
    let at = Timestamp(milliseconds: 1_700_000_000_000)

    init(_ engine: any ConformanceEngine) throws { store = try engine.open() }

    init(_ store: any ChatStore) { self.store = store }

    func write<T>(_ body: (any ChatTransaction) throws -> T) throws -> T {
        var result: T?
        _ = try store.write { result = try body($0) }
        return result!  // `write` has run the body if it has not thrown
    }

    func user(_ name: String) throws -> UserKey {
        try write { try $0.insertUser(NewUser(id: "u_\(name)", name: name, role: .member, password: nil)) }
    }

    func room(_ slug: String, history: RoomHistory = .all, by user: UserKey) throws -> Room {
        try write { try $0.insertRoom(NewRoom(slug: slug, name: slug, history: history), by: user) }
    }

    @discardableResult
    func append(
        _ audience: Audience, _ text: String = "", by user: UserKey, number: Int64? = nil, witness: Int64? = nil,
        in transaction: any ChatTransaction
    ) throws -> Int64 {
        let event = LogEvent(
            seq: transaction.head + 1, audience: audience, type: "test", room: nil, by: "", at: at, id: nil,
            data: JSONValue.object(["text": .string(text)]).encoded, number: number,
            witness: witness)
        try transaction.append(event, by: user)
        return event.seq
    }

    @discardableResult
    func append(
        _ audience: Audience, _ text: String = "", by user: UserKey, witness: Int64? = nil
    ) throws -> Int64 {
        try write { try append(audience, text, by: user, witness: witness, in: $0) }
    }

    @discardableResult
    func join(_ user: UserKey, _ room: Room) throws -> Int64 {
        try write {
            let seq = try append(.room(room.key), "joined", by: user, in: $0)
            try $0.beginStay(of: user, in: room.key, as: .member, at: seq)
            return seq
        }
    }

    @discardableResult
    func leave(_ user: UserKey, _ room: Room) throws -> Int64 {
        try write {
            let seq = try append(.room(room.key), "left", by: user, in: $0)
            try $0.endStay(of: user, in: room.key, at: seq)
            return seq
        }
    }

    /// A message with its event; returns the seq.
    @discardableResult
    func post(_ text: String, in room: Room, by user: UserKey) throws -> Int64 {
        try write { try post(text, in: room, by: user, in: $0) }
    }

    @discardableResult
    func post(_ text: String, in room: Room, by user: UserKey, in transaction: any ChatTransaction) throws -> Int64 {
        let number = try transaction.takeNumber(in: room.key)
        return try append(.room(room.key), text, by: user, number: number, in: transaction)
    }

    func seqs(
        _ user: UserKey, in scope: Scope = .everything, after: Int64 = 0, through: Int64? = nil, limit: Int = 1000,
        bytes: Int = .max
    ) throws -> (seqs: [Int64], through: Int64) {
        let (visibility, head) = try store.visibility(of: user)
        let page = try store.events(
            visibleTo: visibility, in: scope, after: after, through: through ?? head, limit: limit, bytes: bytes)
        return (page.events.map(\.seq), page.through)
    }
}
