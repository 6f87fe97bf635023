import ApusCore
import ApusSQLite
import ApusWire
import Synchronization
import Testing

@testable import ApusChat

/// What is checked once more inside the transaction, for it may have changed since it was checked outside.
struct SignUpTests {
    private let password = PasswordHash(salt: [1], key: [2])
    private let hash = [UInt8](repeating: 7, count: 32)

    /// Jobs that came in at the same time, each run as the writer runs them; their problems.
    private func run(_ desk: Desk, _ jobs: [@Sendable (any ChatTransaction) throws -> WriteJob.Effects])
        -> [ProblemCode?]
    {
        let problems = Mutex<[ProblemCode?]>([])
        desk.thread.process(
            jobs.map { job in
                .job(
                    WriteJob(
                        run: job,
                        done: { outcome in
                            var code: ProblemCode?
                            if case .failure(let problem as Problem) = outcome { code = problem.code }
                            problems.withLock { $0.append(code) }
                        }))
            })
        return problems.withLock(\.self)
    }

    private func signUp(
        _ desk: Desk, _ name: String, _ way: SignUp.Way
    ) -> @Sendable (any ChatTransaction) throws -> WriteJob.Effects {
        let now = desk.clock.now.withLock(\.self)
        let signUp = SignUp(name: name, displayName: nil, password: password, way: way)
        return { try signUp.run(in: $0, at: now).1 }
    }

    @Test func `of two who set the server up at once, one becomes its owner`() throws {
        let desk = try Desk()
        #expect(
            run(desk, [signUp(desk, "olga", .setup), signUp(desk, "eve", .setup)]) == [nil, .noSuchLink])
        #expect(try desk.store.accounts(after: "", limit: 9).map(\.identity.name) == ["olga"])
        #expect(try desk.store.account(named: "olga")?.account.role == .owner)
        let olga = try #require(try desk.store.account(named: "olga")).account.identity
        let rooms = try desk.store.snapshot(for: olga.key, maximumUsers: 9).rooms
        #expect(rooms.map(\.room.slug) == ["general"] && rooms.map(\.role) == [.admin])
    }

    @Test func `an invite for one makes one account, however many come at once`() throws {
        let desk = try Desk()
        let ada = try desk.user("ada")
        let now = desk.clock.now.withLock(\.self)
        let invite = Link(
            id: "l_1", kind: .invite, by: ada.id, createdAt: now, expiresAt: now.later(by: 1000), usesLeft: 1)
        _ = try desk.store.write { [hash] in
            try $0.setRole(.admin, of: ada.key)
            try $0.insertLink(invite, hash: hash, by: ada.key, for: nil)
        }
        // A name that is taken uses no invite up.
        let names = ["ada", "bob", "cyd"]
        #expect(
            run(desk, names.map { signUp(desk, $0, .invite(hash: hash)) }) == [.nameTaken, nil, .noSuchLink])
        #expect(try desk.store.accounts(after: "", limit: 9).map(\.identity.name) == ["ada", "bob"])
        #expect(try desk.store.account(named: "bob")?.account.role == .member)
    }

    @Test func `an invite whose time is up makes no account`() throws {
        let desk = try Desk()
        let ada = try desk.user("ada")
        let now = desk.clock.now.withLock(\.self)
        let invite = Link(
            id: "l_1", kind: .invite, by: ada.id, createdAt: now, expiresAt: now.later(by: 1000), usesLeft: nil)
        _ = try desk.store.write { [hash] in
            try $0.setRole(.admin, of: ada.key)
            try $0.insertLink(invite, hash: hash, by: ada.key, for: nil)
        }
        desk.clock.advance(milliseconds: 999)
        #expect(run(desk, [signUp(desk, "bob", .invite(hash: hash))]) == [nil])
        desk.clock.advance(milliseconds: 1)
        #expect(run(desk, [signUp(desk, "cyd", .invite(hash: hash))]) == [.noSuchLink])
    }

    @Test func `a password that was changed, or a ban, while it was checked lets nobody in`() throws {
        let desk = try Desk()
        let ada = try desk.user("ada")
        let now = desk.clock.now.withLock(\.self)
        let (hash, password) = (hash, password)
        func signIn(_ verified: PasswordHash) -> ProblemCode? {
            run(
                desk,
                [
                    {
                        try $0.signIn(
                            ada.key, withPassword: verified, session: Session(at: now, label: ""), hash: hash)
                        return []
                    }
                ])[0]
        }
        #expect(signIn(password) == .wrongCredentials, "an account without a password")
        _ = try desk.store.write { try $0.setPassword(password, of: ada.key) }
        #expect(signIn(PasswordHash(salt: [1], key: [3])) == .wrongCredentials)
        _ = try desk.store.write { try $0.setBanned(at: now, ada.key) }
        #expect(signIn(password) == .banned)
        #expect(try desk.store.sessions(of: ada.key).isEmpty)
        _ = try desk.store.write { try $0.setBanned(at: nil, ada.key) }
        #expect(signIn(password) == nil)
        #expect(try desk.store.sessions(of: ada.key).count == 1)
    }

    @Test func `who signs up is in the room general, in the same transaction, if it is there and in use`() throws {
        let desk = try Desk()
        func rooms(_ name: String) throws -> [String] {
            let user = try #require(try desk.store.account(named: name)).account.identity
            return try desk.store.snapshot(for: user.key, maximumUsers: 9).rooms.map { "\($0.room.slug) \($0.role)" }
        }
        #expect(run(desk, [signUp(desk, "early", .open), signUp(desk, "olga", .setup)]) == [nil, nil])
        let before = try desk.store.head()
        #expect(run(desk, [signUp(desk, "anna", .open)]) == [nil])
        #expect(try [rooms("early"), rooms("olga"), rooms("anna")] == [[], ["general admin"], ["general member"]])
        #expect(try desk.store.head() == before + 1, "one event, by which the others learn of it")
        #expect(run(desk, [signUp(desk, "anna", .open)]) == [.nameTaken])
        #expect(try desk.store.head() == before + 1)
        let olga = try #require(try desk.store.account(named: "olga")).account.identity
        try desk.ok(olga, #"{"op":"room.archive","room":"general"}"#)
        #expect(run(desk, [signUp(desk, "bert", .open)]) == [nil])
        #expect(try rooms("bert") == [])
    }
}
