import ApusChat
import ApusServer
import ApusWire
import ArgumentParser
import Foundation

struct User: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Accounts.",
        subcommands: [Add.self, List.self, Role.self, Ban.self, Unban.self, Reset.self])

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add an account.", discussion: "Example: apus user add alice --password 'correct horse'")

        @Argument(help: "2 to 32 characters of a-z, 0-9, _ and -.")
        var name: String

        @Option(help: "A password of at least 8 characters; without one the account has only tokens.")
        var password: String?

        @Option(help: "owner, admin, member, or bot for a program.")
        var role = "member"

        @OptionGroup var options: DataOptions

        func run() throws {
            guard let role = UserRole(rawValue: role), role != .system else {
                throw ValidationError("--role is owner, admin, member or bot.")
            }
            let isNew = !DataFolder.isThere(options.data)
            let made = try Administrator.perform(
                .addUser(name: name, role: role, password: password), data: options.data)
            if isNew { note("Made \(URL(fileURLWithPath: options.data).path), for there was no server's data there.") }
            report(made, options) { "Added \(name) (\($0["id"]?.string ?? "")). Make a token with: apus token \(name)" }
        }
    }
}

struct Token: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a bearer token for an account and print it.",
        discussion: "Example: curl -H \"Authorization: Bearer $(apus token alice)\" http://127.0.0.1:8080/v1/sync")

    @Argument(help: "The account's name.")
    var name: String

    @Flag(help: "End the account's other tokens, and what they have opened, at once. Sessions stay.")
    var replace = false

    @OptionGroup var options: DataOptions

    func run() throws {
        let made = try Administrator.perform(.makeToken(user: name, replaces: replace), data: options.data)
        report(made, options) { $0["token"]?.string ?? "" }
    }
}

struct RoomCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "room", abstract: "Rooms.", subcommands: [Create.self])

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a public room without members.", discussion: "Example: apus room create general")

        @Argument(help: "2 to 64 characters of a-z, 0-9, _ and -.")
        var slug: String

        @OptionGroup var options: DataOptions

        func run() throws {
            let made = try Administrator.perform(.createRoom(slug: slug), data: options.data)
            report(made, options) { _ in "Made the room \(slug)." }
        }
    }
}

func report(_ made: JSONObject, _ options: DataOptions, _ words: (JSONObject) -> String) {
    printLine(options.json ? String(decoding: JSONValue.object(made).encoded, as: UTF8.self) : words(made))
}
