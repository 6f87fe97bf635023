import ApusServer
import ApusWire
import ArgumentParser

struct Invite: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make an invite and print the end of its link.",
        discussion: """
            Put your server's address before what is printed, as in https://chat.example/#invite=… .

            Example: apus invite --uses 5 --expires 7
            """)

    @Option(help: "How many accounts it makes (default: any number).")
    var uses: Int64?

    @Option(help: "After how many days it is good no more (default: never).")
    var expires: Int64?

    @OptionGroup var options: DataOptions

    func validate() throws {
        guard uses.map({ (1...1_000_000).contains($0) }) ?? true, expires.map({ (1...3650).contains($0) }) ?? true
        else {
            throw ValidationError("--uses is from 1 to 1000000, and --expires from 1 to 3650 days.")
        }
    }

    func run() throws {
        let made = try Administrator.perform(.invite(uses: uses, days: expires), data: options.data)
        report(made, options) { "/#invite=\($0["secret"]?.string ?? "")" }
    }
}
