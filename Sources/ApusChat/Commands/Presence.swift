import ApusCore
package import ApusWire

/// Says whether one is at the keyboard. Holds until one is offline.
package struct Presence: ChatCommand {
    package static let op = "presence"
    package static let isRemembered = false

    enum State: String, CaseIterable {
        case online, away
    }

    let state: State

    package init(_ fields: Fields) throws {
        guard let state = try fields.choice("state", State.self) else {
            throw Problem(.invalidField, "presence needs \"state\", \"online\" or \"away\".")
        }
        self.state = state
    }

    package var content: JSONValue { [.string(state.rawValue)] }

    package func run(in context: CommandContext) throws -> Reply.Content {
        let isAway = state == .away
        let user = context.user
        context.afterCommit.append { $0.setAway(isAway, user) }
        return [:]
    }
}
