import ApusChat
import ApusServer
import ApusWire
import ArgumentParser

extension User {
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the accounts.")

        @OptionGroup var options: DataOptions

        func run() throws {
            let made = try Administrator.perform(.listUsers, data: options.data)
            report(made, options) { made in
                (made["users"]?.array ?? []).map { user in
                    let words = ["name", "role", "id"].map { user[$0]?.string ?? "" }
                    return words.joined(separator: "\t") + (user["banned"] == true ? "\tbanned" : "")
                }.joined(separator: "\n")
            }
        }
    }

    struct Role: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change what somebody is on this server.", discussion: "Example: apus user role alice admin")

        @Argument(help: "The account's name.")
        var name: String

        @Argument(help: "owner, admin or member.")
        var role: String

        @OptionGroup var options: DataOptions

        func run() throws {
            guard let role = UserRole(rawValue: role), [.owner, .admin, .member].contains(role) else {
                throw ValidationError("The role is owner, admin or member.")
            }
            let made = try Administrator.perform(.setRole(user: name, role: role), data: options.data)
            report(made, options) { _ in "\(name) is \(role.rawValue) now." }
        }
    }

    struct Ban: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shut somebody out; sessions and streams end at once.", discussion: "Example: apus user ban eve")

        @Argument(help: "The account's name.")
        var name: String

        @OptionGroup var options: DataOptions

        func run() throws {
            let made = try Administrator.perform(.ban(user: name), data: options.data)
            report(made, options) { _ in "\(name) is banned. Take it back with: apus user unban \(name)" }
        }
    }

    struct Unban: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a ban back.", discussion: "Example: apus user unban eve")

        @Argument(help: "The account's name.")
        var name: String

        @OptionGroup var options: DataOptions

        func run() throws {
            let made = try Administrator.perform(.unban(user: name), data: options.data)
            report(made, options) { _ in "\(name) may sign in again." }
        }
    }

    struct Reset: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a link to set a new password and print its end.",
            discussion: """
                It is good once, for 24 hours. Put your server's address before what is printed.

                Example: apus user reset alice
                """)

        @Argument(help: "The account's name.")
        var name: String

        @OptionGroup var options: DataOptions

        func run() throws {
            let made = try Administrator.perform(.resetPassword(user: name), data: options.data)
            report(made, options) { "/#reset=\($0["secret"]?.string ?? "")" }
        }
    }
}
