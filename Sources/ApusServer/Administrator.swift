package import ApusChat
import ApusCore
import ApusSQLite
package import ApusWire
import Foundation

/// Does an operator's command on a data folder: in the database if nobody has it, otherwise through the server's
/// socket.
package enum Administrator {
    package enum Request: Sendable {
        case addUser(name: String, role: UserRole, password: String?)
        case listUsers
        case setRole(user: String, role: UserRole)
        case ban(user: String)
        case unban(user: String)
        case resetPassword(user: String)
        case makeToken(user: String, replaces: Bool)
        case invite(uses: Int64?, days: Int64?)
        case createRoom(slug: String)

        var json: JSONValue {
            switch self {
            case .addUser(let name, let role, let password):
                [
                    "do": "user.add", "name": .string(name), "role": .string(role.rawValue),
                    "password": password.map { .string($0) } ?? .null,
                ]
            case .listUsers: ["do": "user.list"]
            case .setRole(let user, let role):
                ["do": "user.role", "name": .string(user), "role": .string(role.rawValue)]
            case .ban(let user): ["do": "user.ban", "name": .string(user)]
            case .unban(let user): ["do": "user.unban", "name": .string(user)]
            case .resetPassword(let user): ["do": "user.reset", "name": .string(user)]
            // Two names: a server that does not know the second must not make a token and leave the old ones.
            case .makeToken(let user, let replaces):
                ["do": replaces ? "token.replace" : "token", "name": .string(user)]
            case .invite(let uses, let days):
                [
                    "do": "invite", "uses": uses.map { .integer($0) } ?? .null,
                    "days": days.map { .integer($0) } ?? .null,
                ]
            case .createRoom(let slug): ["do": "room.create", "name": .string(slug)]
            }
        }

        init(_ json: JSONValue) throws {
            func name() throws -> String {
                guard let name = json["name"]?.string else { throw OperatorError("The request needs \"name\".") }
                return name
            }
            func role() throws -> UserRole {
                guard let role = json["role"]?.string.flatMap(UserRole.init) else {
                    throw OperatorError("The request needs \"role\".")
                }
                return role
            }
            switch json["do"]?.string {
            case "user.add":
                self = .addUser(name: try name(), role: try role(), password: json["password"]?.string)
            case "user.list": self = .listUsers
            case "user.role": self = .setRole(user: try name(), role: try role())
            case "user.ban": self = .ban(user: try name())
            case "user.unban": self = .unban(user: try name())
            case "user.reset": self = .resetPassword(user: try name())
            case "token": self = .makeToken(user: try name(), replaces: false)
            case "token.replace": self = .makeToken(user: try name(), replaces: true)
            case "invite": self = .invite(uses: json["uses"]?.integer, days: json["days"]?.integer)
            case "room.create": self = .createRoom(slug: try name())
            default: throw OperatorError("The running server is of another version and does not know this command.")
            }
        }

        func command() throws -> AdminCommand {
            switch self {
            case .addUser(let name, let role, let password):
                .addUser(name: name, role: role, password: try password.map(Passwords.hash))
            case .listUsers: .listUsers
            case .setRole(let user, let role): .setRole(user: user, role: role)
            case .ban(let user): .ban(user: user)
            case .unban(let user): .unban(user: user)
            case .resetPassword(let user): .resetPassword(user: user, secret: BearerToken(prefix: "reset_"))
            case .makeToken(let user, let replaces):
                .makeToken(user: user, token: BearerToken(), replaces: replaces)
            case .invite(let uses, let days): .invite(secret: BearerToken(prefix: "invite_"), uses: uses, days: days)
            case .createRoom(let slug): .createRoom(slug: slug)
            }
        }
    }

    /// Throws an `OperatorError` where there is no such folder: a mistyped path is not to pass for an empty server. Only
    /// the first account may be added before there is one.
    package static func perform(_ request: Request, data: String) throws -> JSONObject {
        if case .addUser = request {
        } else if !DataFolder.isThere(data) {
            throw OperatorError(
                "There is no server's data in \(data); give --data the folder that `apus serve` was started with.")
        }
        guard let folder = try takeFolder(data) else {
            let answer = try ControlClient.ask(request.json, at: data + "/control.sock")
            if let ok = answer["ok"]?.object { return ok }
            throw OperatorError(answer["error"]?.string ?? "The running server gave an answer that is not understood.")
        }
        defer { folder.release() }
        let store = try SQLiteStore(path: folder.database)
        // A writer like any other: what it appends must not pass for the end of an older epoch.
        try store.beginEpoch(at: .now)
        var result = JSONObject()
        do {
            let command = try request.command()
            _ = try store.write { transaction in result = try command.run(in: transaction, at: .now).ok }
        } catch let problem as Problem {
            throw OperatorError(problem.detail)
        }
        return result
    }

    /// The folder, or nil when a server has it. Another tool that has it for a moment is waited for.
    private static func takeFolder(_ path: String) throws -> DataFolder? {
        for _ in 0..<50 {
            if let folder = try DataFolder(taking: path) { return folder }
            if ControlClient.isAnswered(at: path + "/control.sock") { return nil }
            usleep(100_000)
        }
        return nil
    }
}
