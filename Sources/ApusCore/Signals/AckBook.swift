/// What users have said they have applied, until it is stored: the greatest seq per user and scope.
package struct AckBook: Sendable {
    package struct Ack: Sendable, Hashable {
        package let user: UserKey
        package let scope: Scope
        package let seq: Int64
    }

    private var waiting: [UserKey: [Scope: Int64]] = [:]

    package init() {}

    package mutating func record(_ user: UserKey, _ scope: Scope, _ seq: Int64) {
        let known = waiting[user]?[scope] ?? -1
        if seq > known { waiting[user, default: [:]][scope] = seq }
    }

    package mutating func take() -> [Ack] {
        defer { waiting = [:] }
        return waiting.flatMap { user, scopes in scopes.map { Ack(user: user, scope: $0.key, seq: $0.value) } }
    }
}
