import ApusWire

/// Finding somebody to talk to.
extension ChatState {
    mutating func talk(to argument: String) {
        let name = argument.hasPrefix("@") ? String(argument.dropFirst()) : argument
        let found = people.filter { $0.value.name == name.lowercased() }.keys.sorted()
        let shown = found.isEmpty ? people.filter { $0.value.displayName == name }.keys.sorted() : found
        switch shown.count {
        case 0: effects.append(.find(name: name.lowercased()))
        case 1 where shown[0] == me: notice = "That is you."
        case 1: effects.append(.direct(user: shown[0]))
        default:
            notice = "Several are called \(name): \(shown.compactMap { people[$0]?.name }.joined(separator: ", "))."
        }
    }

    mutating func found(_ person: ChatInput.Person, called name: String) {
        switch person {
        case .known(let json):
            guard let id = json["id"]?.string else { return }
            know(id, json)
            effects.append(.direct(user: id))
        case .nobody: notice = "Nobody on this server is called \(name)."
        case .hidden:
            notice =
                "Nobody called \(name) is in your rooms, and only the server's admins can look up others. In a room where "
                + "you both are (/join, /create), /dm \(name) finds them."
        }
    }
}
