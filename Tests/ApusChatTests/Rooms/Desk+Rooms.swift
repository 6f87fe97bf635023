import ApusChat
import ApusCore
import ApusSQLite
import ApusWire

extension Desk {
    func users(_ names: String...) throws -> [Identity] { try names.map { try user($0) } }

    func user(_ name: String, as role: UserRole) throws -> Identity {
        var user: Identity?
        _ = try store.write {
            try $0.insertUser(NewUser(id: "u_\(name)", name: name, role: role, password: nil))
            user = try $0.user(named: name)
        }
        return user!  // inserted a line above
    }

    /// A private room of its maker; returns its id.
    func privateRoom(by user: Identity, adding others: Identity...) throws -> String {
        let ok = try ok(user, #"{"op":"room.create","kind":"private","name":"Den"}"#)
        let room = ok["room"]?.string ?? ""
        for other in others { try self.ok(user, #"{"op":"member.add","room":"\#(room)","user":"\#(other.id)"}"#) }
        return room
    }

    func direct(_ user: Identity, _ others: Identity...) throws -> String {
        let list = others.map { "\"\($0.id)\"" }.joined(separator: ",")
        return try ok(user, #"{"op":"room.direct","users":[\#(list)]}"#)["room"]?.string ?? ""
    }

    /// What the log holds for somebody, as `type data`.
    func seen(by user: Identity, after: Int64 = 0) throws -> [String] {
        let (visibility, head) = try store.visibility(of: user.key)
        return try store.events(
            visibleTo: visibility, in: .everything, after: after, through: head, limit: 1000, bytes: .max
        ).events.map {
            let event = try JSONValue(parsing: $0.json)
            let data = event["data"]
            let detail = data?["text"] ?? data?["user"] ?? data?["name"]
            return "\(event["type"]?.string ?? "") \(detail?.string ?? "")"
        }
    }
}
