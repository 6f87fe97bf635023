import ApusChat
import ApusCore
import ApusWire

extension LogConformance {
    private static func hash(_ number: UInt8) -> [UInt8] { Array(repeating: number, count: 32) }

    private static func session(_ id: String, at: Timestamp, lasting milliseconds: Int64 = 1000) -> Session {
        Session(id: id, createdAt: at, usedAt: at, expiresAt: at.later(by: milliseconds), label: "Browser of \(id)")
    }

    static let accounts = [
        Case(description: "a token is its user's until it ends, and what was never given out is known not to be one") {
            engine in
            var bench = try Workbench(engine)
            let (ada, bob) = (try bench.user("ada"), try bench.user("bob"))
            try bench.write {
                try $0.insertToken(hash: hash(1), of: ada, at: bench.at)
                try $0.insertSession(session("s_2", at: bench.at), hash: hash(2), of: ada)
                try $0.insertSession(session("s_3", at: bench.at), hash: hash(3), of: bob)
            }
            for _ in 1...2 {
                let store = bench.store
                try require(
                    store.mayKnow(tokenHash: hash(1)) && store.mayKnow(tokenHash: hash(3)), "a token is not known")
                try require(!store.mayKnow(tokenHash: hash(9)), "a token that was never given out may be known")
                let token = try store.credential(tokenHash: hash(1))
                try require(token?.identity.key, equals: ada, "whose token")
                try require(token?.isSession == false && token?.expiresAt == nil, "a token ends by itself")
                let one = try store.credential(tokenHash: hash(2))
                try require(one?.id, equals: "s_2", "the session's id")
                try require(one?.isSession == true && one?.usedAt == bench.at, "a session is none")
                try require(one?.expiresAt, equals: bench.at.later(by: 1000), "the session's end")
                try require(try store.credential(tokenHash: hash(9)) == nil, "nobody's token is somebody's")
                bench = try Workbench(engine)
            }
            let (bobs, own) = try bench.write {
                (try $0.endSession("s_3", of: ada), try $0.endSession("s_2", of: ada))
            }
            try require(!bobs && own, "one ends one's own sessions, and only these")
            try require(try bench.store.credential(tokenHash: hash(2)) == nil, "an ended session is good")
            try require(try bench.store.credential(tokenHash: hash(3)) != nil, "another user's session has ended")
        },
        Case(description: "sessions are listed, ended together and by time; tokens are not touched by that") { engine in
            let bench = try Workbench(engine)
            let (ada, bob) = (try bench.user("ada"), try bench.user("bob"))
            try bench.write {
                try $0.insertToken(hash: hash(9), of: ada, at: bench.at)
                for number in 1...3 as ClosedRange<UInt8> {
                    let begin = bench.at.later(by: Int64(number))
                    try $0.insertSession(session("s_\(number)", at: begin), hash: hash(number), of: ada)
                }
                try $0.insertSession(session("s_4", at: bench.at, lasting: 9000), hash: hash(4), of: bob)
            }
            let listed = try bench.store.sessions(of: ada)
            try require(listed.map(\.id), equals: ["s_3", "s_2", "s_1"], "the sessions, the newest first")
            try require(listed.first?.label, equals: "Browser of s_3", "the label")
            let ended = try bench.write { try $0.endSessions(of: ada, except: "s_2") }
            try require(ended.sorted(), equals: ["s_1", "s_3"], "what has ended")
            try require(try bench.store.sessions(of: ada).map(\.id), equals: ["s_2"], "what is left")
            try require(try !bench.store.hasExpiredSessions(at: bench.at.later(by: 1001)), "something expired early")
            let late = bench.at.later(by: 1002)
            try require(try bench.store.hasExpiredSessions(at: late), "nothing expired in time")
            try bench.write { try $0.prolongSession(hash: hash(4), usedAt: late, expiresAt: late.later(by: 9000)) }
            let expired = try bench.write { try $0.endExpiredSessions(at: late.later(by: 8999)) }
            try require(expired.map(\.id), equals: ["s_2"], "what has expired")
            try require(expired.first?.user, equals: ada, "whose")
            try require(try bench.store.sessions(of: bob).first?.usedAt, equals: late, "when it was used last")
            try require(try bench.write { try $0.endSessions(of: ada, except: nil) }, equals: [], "more ends")
            try require(try bench.store.credential(tokenHash: hash(9)) != nil, "a token has ended with the sessions")
            let token = try bench.store.credential(tokenHash: hash(9))?.id
            _ = try bench.write { try $0.insertSession(session("s_5", at: late), hash: hash(5), of: ada) }
            try require(try bench.write { try $0.endTokens(of: bob) }, equals: [], "another user's tokens")
            try require(try bench.write { try $0.endTokens(of: ada) }, equals: token.map { [$0] } ?? [], "the tokens")
            try require(try bench.store.credential(tokenHash: hash(9)) == nil, "an ended token is good")
            try require(
                try bench.store.sessions(of: ada).map(\.id), equals: ["s_5"], "a session has ended with the tokens")
        },
        Case(description: "nobody has more sessions than a hundred; the one that was unused for longest makes room") {
            engine in
            let bench = try Workbench(engine)
            let (ada, bob) = (try bench.user("ada"), try bench.user("bob"))
            func begin(_ number: Int, of user: UserKey) throws -> [String] {
                let new = Self.session("s_\(user.raw)_\(number)", at: bench.at.later(by: Int64(number)))
                let hash = Array(new.id.utf8)
                return try bench.write { try $0.insertSession(new, hash: hash, of: user) }
            }
            try require(try begin(0, of: bob), equals: [], "room made in vain")
            for number in 1...Session.maximum { try require(try begin(number, of: ada), equals: [], "room made early") }
            let used = bench.at.later(by: 999)
            try bench.write { try $0.prolongSession(hash: Array("s_1_1".utf8), usedAt: used, expiresAt: used) }
            try require(try begin(Session.maximum + 1, of: ada), equals: ["s_1_2"], "who makes room")
            try require(try bench.store.sessions(of: ada).count, equals: Session.maximum, "sessions in the end")
            try require(try bench.store.sessions(of: bob).count, equals: 1, "another user's sessions")
        },
        Case(description: "a banned user's tokens are nobody's, and the writer sees every change of an account") {
            engine in
            let bench = try Workbench(engine)
            let ada = try bench.user("ada")
            try bench.write { try $0.insertToken(hash: hash(1), of: ada, at: bench.at) }
            func seen() throws -> Account {
                guard let read = try bench.store.account(ada), let written = try bench.write({ try $0.account(ada) })
                else { throw ConformanceFailure(description: "an account is gone") }
                try require(read.identity, equals: written.identity, "the writer's account")
                try require(
                    read.role == written.role && read.isBanned == written.isBanned, "the writer's account is old")
                return read
            }
            _ = try seen()
            try bench.write { try $0.setBanned(at: bench.at, ada) }
            try require(try seen().isBanned, "a banned user is not")
            try require(try bench.store.credential(tokenHash: hash(1)) == nil, "a banned user's token is good")
            try bench.write { try $0.setBanned(at: nil, ada) }
            try require(try !seen().isBanned, "a ban is not taken back")
            try require(try bench.store.credential(tokenHash: hash(1)) != nil, "the token after the ban")
            try bench.write {
                try $0.setRole(.owner, of: ada)
                try $0.setDisplayName("Ada L.", of: ada)
            }
            try require(try seen().role, equals: .owner, "the role")
            try require(try seen().identity.displayName, equals: "Ada L.", "the name")
            struct Undo: Error {}
            do {
                try bench.write {
                    try $0.setRole(.member, of: ada)
                    _ = try $0.account(ada)
                    throw Undo()
                }
            } catch is Undo {}
            try require(try seen().role, equals: .owner, "the role after a transaction that did not happen")
            try require(try bench.write { try $0.ownerCount() }, equals: 1, "how many owners")
            try require(try bench.store.hasOwner(), "the owner is not seen")
        },
        Case(description: "people are listed by name, page by page, without the server itself") { engine in
            let bench = try Workbench(engine)
            try require(try !bench.store.hasOwner(), "an empty server has an owner")
            for name in ["cyd", "ada", "bob"] { _ = try bench.user(name) }
            _ = try bench.write { try $0.insertUser(.system) }
            func page(_ after: String, _ limit: Int) throws -> [String] {
                try bench.store.accounts(after: after, limit: limit).map(\.identity.name)
            }
            try require(try page("", 2), equals: ["ada", "bob"], "the first page")
            try require(try page("bob", 2), equals: ["cyd"], "the second page")
            try require(
                try bench.write { try $0.accounts() }.map(\.identity.name), equals: ["ada", "bob", "cyd"], "everybody")
        },
        Case(description: "a link is found by its secret and kind, used as often as it says, and taken back") {
            engine in
            let bench = try Workbench(engine)
            let (ada, bob) = (try bench.user("ada"), try bench.user("bob"))
            func link(_ id: String, _ kind: Link.Kind, uses: Int64?) -> Link {
                Link(
                    id: id, kind: kind, by: "u_ada", createdAt: bench.at, expiresAt: bench.at.later(by: 5),
                    usesLeft: uses)
            }
            try bench.write {
                try $0.insertLink(link("l_1", .invite, uses: 2), hash: hash(1), by: ada, for: nil)
                try $0.insertLink(link("l_2", .invite, uses: nil), hash: hash(2), by: ada, for: nil)
                try $0.insertLink(link("l_3", .reset, uses: 1), hash: hash(3), by: ada, for: bob)
            }
            let found = try bench.store.link(hash: hash(1), kind: .invite)
            try require(found?.link.id, equals: "l_1", "the link")
            try require(found?.link.by, equals: "u_ada", "who made it")
            try require(try bench.store.link(hash: hash(1), kind: .reset) == nil, "an invite resets a password")
            try require(try bench.store.link(hash: hash(3), kind: .reset)?.user, equals: bob, "whose reset")
            func uses(_ number: UInt8, _ kind: Link.Kind = .invite) throws -> String {
                try bench.write { try $0.useLink(hash: hash(number)) }
                guard let left = try bench.store.link(hash: hash(number), kind: kind) else { return "gone" }
                return left.link.usesLeft.map { "\($0)" } ?? "any"
            }
            try require(try [uses(1), uses(1), uses(2)], equals: ["1", "gone", "any"], "uses left")
            try require(try bench.store.links(.invite).map(\.id), equals: ["l_2"], "the invites")
            let (wrong, right) = try bench.write {
                (try $0.deleteLink("l_2", kind: .reset), try $0.deleteLink("l_2", kind: .invite))
            }
            try require(!wrong && right, "a link is taken back by id and kind")
            try bench.write {
                try $0.insertLink(link("l_4", .reset, uses: 1), hash: hash(4), by: bob, for: ada)
                try $0.insertLink(link("l_5", .invite, uses: 1), hash: hash(5), by: ada, for: nil)
                try $0.deleteResets(of: ada)
            }
            let left = try [(3, .reset), (4, .reset), (5, .invite)].filter { (number: UInt8, kind: Link.Kind) in
                try bench.store.link(hash: hash(number), kind: kind) != nil
            }
            try require(left.map(\.0), equals: [3, 5], "the links that are left")
            try bench.write { try $0.deleteLinks(of: bob) }
            try require(try bench.store.link(hash: hash(3), kind: .reset) == nil, "a link for a user is left")
        },
        Case(description: "a password is kept and replaced") { engine in
            let bench = try Workbench(engine)
            let ada = try bench.user("ada")
            try require(try bench.store.account(named: "ada")?.password == nil, "a password that was never set")
            let password = PasswordHash(salt: [0, 1, 255], key: hash(7))
            try bench.write { try $0.setPassword(password, of: ada) }
            try require(try bench.store.account(named: "ada")?.password, equals: password, "the password")
            try require(try bench.write { try $0.password(of: ada) }, equals: password, "the writer's password")
        },
    ]
}
