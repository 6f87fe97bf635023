import ApusChat
import ApusCore
import ApusWire
import GRDB

extension SQLiteTransaction {
    func takeNumber(in room: RoomKey) throws -> Int64 {
        takenNumbers += 1
        return try memory.takeNumber(in: room) {
            try row("SELECT head FROM room WHERE key = ?", room.raw)![0]  // the caller has just read this room
        }
    }

    func insertMessage(_ message: Message, in room: RoomKey, by: UserKey) throws {
        try memory.insertMessage.run(
            message.created, room.raw, message.number, message.seq, by.raw, message.at.milliseconds, message.id,
            message.text, message.replyTo,
            message.mentions.isEmpty ? nil : SQLiteText(utf8: Array(message.mentions.joined(separator: ",").utf8)))
    }
}
