package import ApusChat
package import ApusCore
import ApusWire
import struct Foundation.Data
import GRDB

extension SQLiteStore {
    package func room(named slug: String) throws -> Room? {
        try pool.read { try Room.find($0, slug: slug) }
    }

    package func publicRooms(for user: UserKey) throws -> (seq: Int64, rooms: [(room: Room, isMember: Bool)]) {
        try pool.read { database in
            let rows = try Row.fetchAll(
                database.cachedStatement(
                    sql: """
                        \(Room.columns), member.since FROM room LEFT JOIN member ON member.room = room.key AND member.user = ?
                        WHERE room.kind = 'public' ORDER BY room.slug
                        """), arguments: [user.raw])
            return (try Self.head(database), rows.map { (Room($0), !($0["since"] as DatabaseValue).isNull) })
        }
    }

    package func snapshot(for user: UserKey, maximumUsers: Int) throws -> Snapshot {
        try pool.read { database in
            let rows = try Row.fetchAll(
                database.cachedStatement(
                    sql: """
                        \(Room.columns), member.since, member.read, member.role FROM room JOIN member ON member.room = room.key
                        WHERE member.user = ? AND member.since IS NOT NULL ORDER BY room.slug
                        """), arguments: [user.raw])
            let entries = try rows.map { row in
                let room = Room(row)
                let last = try Self.messages(
                    database, room, "AND number <= ? AND seq >= ? ORDER BY number DESC LIMIT 1",
                    [room.head, Self.floor(room, since: row["since"])])
                let role: String = row["role"]
                return RoomEntry(
                    room: room, role: RoomRole(rawValue: role) ?? .member, read: row["read"], lastMessage: last.first)
            }
            let users = try Row.fetchAll(
                database.cachedStatement(
                    sql: """
                        SELECT key, id, name, display_name FROM user WHERE key = ?1 OR key IN (
                            SELECT other.user FROM member AS mine JOIN member AS other ON other.room = mine.room
                            WHERE mine.user = ?1 AND mine.since IS NOT NULL AND other.since IS NOT NULL)
                        ORDER BY key LIMIT ?2
                        """), arguments: [user.raw, maximumUsers])
            return Snapshot(seq: try Self.head(database), rooms: entries, users: users.map(Identity.init))
        }
    }

    package func receipts(in rooms: [RoomKey]) throws -> [SignalDraft] {
        try pool.read { database in
            var drafts: [SignalDraft] = []
            for key in rooms {
                guard let room = try Room.find(database, key: key) else { continue }
                let rows = try Row.fetchAll(
                    database.cachedStatement(
                        sql: """
                            SELECT member.user, user.id, member.delivered, member.read
                            FROM member JOIN user ON user.key = member.user
                            WHERE member.room = ? AND member.since IS NOT NULL AND member.delivered > 0
                            """), arguments: [key.raw])
                if room.memberCount > smallRoomMembers {
                    let least = try Progress.least(database, in: key)
                    // Nothing is told of a room at rest: that is what absence means.
                    if least.delivered > 0 { drafts.append(.receipts(room, least, at: Timestamp(milliseconds: 0))) }
                } else {
                    drafts += rows.map {
                        .receipt(
                            room, UserKey($0[0]), $0[1], Progress(delivered: $0[2], read: $0[3]),
                            at: Timestamp(milliseconds: 0))
                    }
                }
            }
            return drafts
        }
    }
}
