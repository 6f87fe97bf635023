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
        case makeToken(user: String)
        case createRoom(slug: String)

        var json: JSONValue {
            switch self {
            case .addUser(let name, let role, let password):
                [
                    "do": "user.add", "name": .string(name), "role": .string(role.rawValue),
                    "password": password.map { .string($0) } ?? .null,
                ]
            case .makeToken(let user): ["do": "token", "name": .string(user)]
            case .createRoom(let slug): ["do": "room.create", "name": .string(slug)]
            }
        }

        init(_ json: JSONValue) throws {
            guard let name = json["name"]?.string else { throw OperatorError("The request needs \"name\".") }
            switch json["do"]?.string {
            case "user.add":
                guard let role = json["role"]?.string.flatMap(UserRole.init) else {
                    throw OperatorError("The request needs \"role\".")
                }
                self = .addUser(name: name, role: role, password: json["password"]?.string)
            case "token": self = .makeToken(user: name)
            case "room.create": self = .createRoom(slug: name)
            default: throw OperatorError("The running server is of another version and does not know this command.")
            }
        }

        func command() throws -> AdminCommand {
            switch self {
            case .addUser(let name, let role, let password):
                .addUser(name: name, role: role, password: try password.map(Passwords.hash))
            case .makeToken(let user): .makeToken(user: user, token: BearerToken())
            case .createRoom(let slug): .createRoom(slug: slug)
            }
        }
    }

    package static func perform(_ request: Request, data: String) throws -> JSONObject {
        guard let folder = try takeFolder(data) else {
            let answer = try ControlClient.ask(request.json, at: data + "/control.sock")
            if let ok = answer["ok"]?.object { return ok }
            throw OperatorError(answer["error"]?.string ?? "The running server gave an answer that is not understood.")
        }
        defer { folder.release() }
        let store = try SQLiteStore(path: folder.database)
        // A writer like any other: what it appends must not pass for the end of an older epoch.
        try store.beginEpoch(at: .now)
        let command = try request.command()
        var result = JSONObject()
        do {
            _ = try store.write { transaction in result = try command.run(in: transaction, at: .now).0 }
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
