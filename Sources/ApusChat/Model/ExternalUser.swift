package import ApusCore
package import ApusWire

/// Somebody whom the operator's own application knows, and vouches for with its tokens. Never the same as a local
/// account, whatever the names say.
package struct ExternalUser: Sendable {
    package let issuer: String
    package let subject: String
    /// What they would like to be called, if that is free.
    package let userName: String?
    package let displayName: String?

    package init(issuer: String, subject: String, userName: String?, displayName: String?) {
        self.issuer = issuer
        self.subject = subject
        self.userName = userName
        self.displayName = displayName
    }

    /// Whether the account is as the application says, to the byte: for `==` two spellings of an accent are one.
    package func isKnown(as account: Account) -> Bool {
        account.isBanned || shown.map { $0.utf8.elementsEqual(account.identity.displayName.utf8) } ?? true
    }

    /// Finds the account, or makes it on first sight; what they are called follows the application. Returns the events
    /// to publish.
    package func sign(into store: any ChatTransaction, at now: Timestamp) throws -> (Account, [LogEvent]) {
        guard let known = try store.account(issuer: issuer, subject: subject) else {
            try store.insertUser(
                NewUser(name: freeName(in: store), displayName: shown, role: .member, password: nil), of: self)
            return (try store.account(issuer: issuer, subject: subject)!, [])  // inserted above
        }
        guard let shown, !isKnown(as: known) else { return (known, []) }
        try store.setDisplayName(shown, of: known.identity.key)
        let account = try store.account(issuer: issuer, subject: subject)!  // found above
        var data = JSONWriter()
        data.object { account.encodeMembers(into: &$0, idName: "user") }
        let event = LogEvent(
            seq: store.head + 1, audience: .everyone, type: "user.updated", room: nil, by: account.identity.id, at: now,
            id: nil, data: data.bytes)
        try store.append(event, by: account.identity.key)
        return (account, [event])
    }

    /// The `name` claim as a display name: what may not be in one is left out, and what does not fit is cut off.
    private var shown: String? {
        guard let displayName else { return nil }
        let text = String(String.UnicodeScalarView(displayName.unicodeScalars.filter(Label.allows).prefix(64)))
        return text.allSatisfy(\.isWhitespace) ? nil : text
    }

    /// The name that is asked for, as far as it is one, with a number if others have it.
    private func freeName(in store: any ChatTransaction) throws -> String {
        let wanted = (userName ?? displayName ?? "").lowercased().unicodeScalars
            .map { ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "_" ? Character($0) : "-" }
        let base = String(String(wanted).split(separator: "-").joined(separator: "-").prefix(24))
        let stem = NewUser.isName(base) ? base : "user"
        for number in 1...100 {
            let name = number == 1 ? stem : "\(stem)-\(number)"
            if try name != NewUser.system.name && store.user(named: name) == nil { return name }
        }
        return OpaqueID.make(prefix: "user-", length: 20)
    }
}
