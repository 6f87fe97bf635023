import ApusCore
import ApusSQLite
import ApusWire
import Synchronization
import Testing

@testable import ApusChat

struct UserCommandTests {
    /// A desk with somebody of each role.
    private func people(on desk: Desk) throws -> [UserRole: Identity] {
        var people: [UserRole: Identity] = [:]
        for role in UserRole.allCases where role != .system {
            let user = try desk.user(role.rawValue)
            _ = try desk.store.write { try $0.setRole(role, of: user.key) }
            people[role] = user
        }
        return people
    }

    private func role(_ user: Identity, on desk: Desk) throws -> UserRole? { try desk.store.account(user.key)?.role }

    /// Who may make whom what. Everything that is not here is forbidden.
    private static let allowed: [(by: UserRole, of: UserRole, to: [UserRole])] = [
        (.owner, .owner, [.owner, .admin, .member]), (.owner, .admin, [.owner, .admin, .member]),
        (.owner, .member, [.owner, .admin, .member]), (.admin, .admin, [.member]), (.admin, .member, [.member]),
    ]

    @Test func `roles are changed by those who may, to what they may`() throws {
        for by in UserRole.allCases where by != .system {
            for of in UserRole.allCases where of != .system {
                for to in UserRole.allCases {
                    let desk = try Desk()
                    let people = try people(on: desk)
                    let other = try desk.user("other")
                    let spare = try desk.user("spare")
                    _ = try desk.store.write {
                        try $0.setRole(of, of: other.key)
                        try $0.setRole(.owner, of: spare.key)
                    }
                    let isAllowed = Self.allowed.contains { $0.by == by && $0.of == of && $0.to.contains(to) }
                    let problem = try desk.problem(
                        people[by]!, #"{"op":"user.role","user":"u_other","role":"\#(to.rawValue)"}"#)
                    #expect(problem == (isAllowed ? nil : .forbidden), "\(by) makes \(of) \(to)")
                    #expect(try role(other, on: desk) == (isAllowed ? to : of), "\(by) makes \(of) \(to)")
                }
            }
        }
    }

    @Test func `the last owner stays one`() throws {
        let desk = try Desk()
        let owner = try people(on: desk)[.owner]!
        let stepDown = #"{"op":"user.role","user":"u_owner","role":"member"}"#
        #expect(try desk.problem(owner, stepDown) == .forbidden)
        let second = try desk.user("second")
        try desk.ok(owner, #"{"op":"user.role","user":"u_second","role":"owner"}"#)
        try desk.ok(owner, stepDown)
        #expect(try role(owner, on: desk) == .member)
        #expect(try desk.problem(second, #"{"op":"user.role","user":"u_second","role":"admin"}"#) == .forbidden)
        #expect(try desk.problem(second, #"{"op":"user.role","user":"u_nobody","role":"admin"}"#) == .noSuchUser)
        #expect(try desk.problem(second, #"{"op":"user.role","user":"u_owner"}"#) == .invalidField)
    }

    @Test func `nobody banned becomes an owner, and one who is stops being it though the others are few`() throws {
        let desk = try Desk()
        let owner = try people(on: desk)[.owner]!
        let eve = try desk.user("eve")
        func become(_ role: String) -> String { #"{"op":"user.role","user":"u_eve","role":"\#(role)"}"# }
        func byHand(_ role: UserRole) throws {
            _ = try desk.store.write {
                _ = try AdminCommand.setRole(user: "eve", role: role).run(in: $0, at: Timestamp(milliseconds: 0))
            }
        }
        try desk.ok(owner, #"{"op":"user.ban","user":"u_eve"}"#)
        #expect(try desk.problem(owner, become("owner")) == .forbidden)
        #expect(throws: Problem.self) { try byHand(.owner) }
        // As earlier versions let it be.
        _ = try desk.store.write { try $0.setRole(.owner, of: eve.key) }
        try desk.ok(owner, become("member"))
        #expect(try role(eve, on: desk) == .member)
        _ = try desk.store.write { try $0.setRole(.owner, of: eve.key) }
        try byHand(.member)
        #expect(try role(eve, on: desk) == .member)
    }

    @Test(arguments: [
        AdminCommand.makeToken(user: "apus", token: BearerToken(), replaces: false),
        .setRole(user: "apus", role: .owner), .ban(user: "apus"), .unban(user: "apus"),
        .resetPassword(user: "apus", secret: BearerToken()),
    ])
    func `the server's own account is nobody's`(_ command: AdminCommand) throws {
        let desk = try Desk()
        _ = try desk.store.write { try $0.insertUser(.system) }
        let problem = #expect(throws: Problem.self) {
            try desk.store.write { _ = try command.run(in: $0, at: Timestamp(milliseconds: 0)) }
        }
        #expect(problem?.code == .forbidden)
        #expect(try desk.store.head() == 0)
    }

    @Test func `admins ban whom they may`() throws {
        for by in UserRole.allCases where by != .system {
            for of in UserRole.allCases where of != .system {
                let desk = try Desk()
                let people = try people(on: desk)
                let other = try desk.user("other")
                _ = try desk.store.write { try $0.setRole(of, of: other.key) }
                let isAllowed = (by == .owner || by == .admin) && of != .owner
                #expect(
                    try desk.problem(people[by]!, #"{"op":"user.ban","user":"u_other"}"#)
                        == (isAllowed ? nil : .forbidden), "\(by) bans \(of)")
                #expect(try desk.store.account(other.key)?.isBanned == isAllowed, "\(by) bans \(of)")
                #expect(
                    try desk.problem(people[by]!, #"{"op":"user.unban","user":"u_other"}"#)
                        == (by == .owner || by == .admin ? nil : .forbidden), "\(by) unbans \(of)")
            }
        }
        let desk = try Desk()
        let admin = try people(on: desk)[.admin]!
        #expect(try desk.problem(admin, #"{"op":"user.ban","user":"u_admin"}"#) == .forbidden, "oneself")
    }

    @Test func `a banned user's commands are refused, also those that wait behind the ban`() throws {
        let desk = try Desk()
        let people = try people(on: desk)
        let (admin, member) = (people[.admin]!, people[.member]!)
        let create = #"{"op":"room.create","kind":"public","room":"den","id":"c"}"#
        let replies = desk.run([
            try desk.submission(admin, #"{"op":"user.ban","user":"u_member"}"#), try desk.submission(member, create),
        ])
        #expect(replies.map(\.problem) == [nil, .banned])
        #expect(try desk.store.room(named: "den") == nil)
        try desk.ok(admin, #"{"op":"user.unban","user":"u_member"}"#)
        try desk.ok(member, create)
    }

    @Test func `a ban ends sessions and links at once, and keeps other people's`() throws {
        let desk = try Desk()
        let people = try people(on: desk)
        let (owner, admin) = (people[.owner]!, people[.admin]!)
        let now = desk.clock.now.withLock(\.self)
        _ = try desk.store.write {
            for (number, user) in [owner, admin].enumerated() {
                let hash = [UInt8](repeating: UInt8(number), count: 32)
                try $0.insertSession(Session(at: now, label: ""), hash: hash, of: user.key)
                try $0.insertLink(
                    Link(id: "l_\(number)", kind: .invite, by: user.id, createdAt: now, expiresAt: nil, usesLeft: nil),
                    hash: hash, by: user.key, for: nil)
            }
        }
        let credential = try desk.store.credential(tokenHash: [UInt8](repeating: 1, count: 32))!
        desk.hub.credentials.keep(credential, [1], since: desk.hub.credentials.moment)
        try desk.ok(owner, #"{"op":"user.ban","user":"u_admin"}"#)
        #expect(try desk.store.sessions(of: admin.key).isEmpty)
        #expect(try desk.store.sessions(of: owner.key).count == 1)
        #expect(try desk.store.links(.invite).map(\.id) == ["l_0"])
        #expect(desk.hub.credentials[[1]] == nil)
    }

    @Test func `a new display name is everybody's to see, and in what one does next`() throws {
        let desk = try Desk()
        let ada = try desk.user("ada")
        let credential = Credential(identity: ada, id: "t")
        desk.hub.credentials.keep(credential, [1], since: desk.hub.credentials.moment)
        try desk.ok(ada, #"{"op":"user.update","display_name":"Ada Lovelace"}"#)
        #expect(desk.hub.credentials[[1]] == nil, "the old name is forgotten")
        // `ada` still has the old name, as a stream that was opened before has.
        try desk.ok(ada, #"{"op":"room.create","kind":"public","room":"den"}"#)
        let events = try desk.store.events(
            visibleTo: try desk.store.visibility(of: ada.key).visibility, in: .everything, after: 0, through: 99,
            limit: 99, bytes: 99_999
        ).events.map { String(decoding: $0.json, as: UTF8.self) }
        #expect(
            events.first?.contains(
                #""data":{"user":"u_ada","name":"ada","display_name":"Ada Lovelace","role":"member","banned":false}"#)
                == true)
        #expect(events.contains { $0.contains("member.joined") && $0.contains("Ada Lovelace") })
    }

    @Test(arguments: ["", " ", "\u{3000}", "a\u{0}", "a\nb", "a\u{7F}b", String(repeating: "é", count: 65)])
    func `a display name is something to read`(name: String) throws {
        let desk = try Desk()
        let ada = try desk.user("ada")
        let command = JSONValue.object(["op": "user.update", "display_name": .string(name)])
        #expect(try desk.problem(ada, String(decoding: command.encoded, as: UTF8.self)) == .invalidField)
        #expect(try desk.store.head() == 0)
    }

    @Test func `the longest display name is taken`() throws {
        let desk = try Desk()
        let name = String(repeating: "é", count: 64)
        try desk.ok(try desk.user("ada"), #"{"op":"user.update","display_name":"\#(name)"}"#)
    }
}
