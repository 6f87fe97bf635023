import ApusCore
import ApusSQLite
import ApusWire
import Synchronization
import Testing

@testable import ApusChat

struct HookTests {
    private func desk(perSecond: Int, burst: Int) throws -> (desk: Desk, ada: Identity) {
        var limits = ChatLimits()
        limits.commandsPerSecond = perSecond
        limits.commandBurst = burst
        let desk = try Desk(limits: limits)
        let ada = try desk.user("ada")
        try desk.ok(ada, #"{"op":"room.create","kind":"public","room":"den"}"#)
        return (desk, ada)
    }

    private func problem(_ body: () throws -> Void) throws -> Problem? {
        do { try body() } catch let problem as Problem { return problem }
        return nil
    }

    @Test func `what a hook posts is taken off the allowance of who made it`() throws {
        let (desk, ada) = try desk(perSecond: 1, burst: 5)
        let hooks = try (0..<2).map { try desk.makeHook("\($0)", in: "den", by: ada) }
        let post = #"[{"op":"message.post","room":"den","text":"green"}]"#
        func say(_ hook: Hook) throws -> ProblemCode? {
            let item = try Command.list(try JSONValue(parsing: post.utf8), requiresID: false)
            return desk.run([.submission(desk.submission(hook.user, payer: hook.by, item))])[0].problem
        }
        // The room, two hooks: two are left, whoever takes them.
        #expect(
            try [say(hooks[0]), say(hooks[1]), say(hooks[0]), say(hooks[1])] == [nil, nil, .rateLimited, .rateLimited])
        #expect(try desk.send(ada, post)[0].problem == .rateLimited)
        let read = try desk.store.hooks(in: try #require(try desk.store.room(named: "den")).key)
        #expect(read.map(\.by) == [ada.key, ada.key])
        desk.clock.advance(milliseconds: 1000)
        #expect(try say(hooks[1]) == nil)
    }

    @Test func `making a hook takes from the allowance, and tells how long to wait`() throws {
        let (desk, ada) = try desk(perSecond: 1, burst: 3)
        for name in ["a", "b"] { _ = try desk.makeHook(name, in: "den", by: ada) }
        let refusal = try problem { _ = try desk.makeHook("c", in: "den", by: ada) }
        #expect(refusal?.code == .rateLimited && refusal?.retryAfterMilliseconds == 1000)
        #expect(try desk.store.hooks(in: try #require(try desk.store.room(named: "den")).key).count == 2)
    }

    @Test func `a room has ten hooks at the most`() throws {
        let (desk, ada) = try desk(perSecond: 0, burst: 0)
        try desk.ok(ada, #"{"op":"room.create","kind":"public","room":"other"}"#)
        let hooks = try (0..<10).map { try desk.makeHook("\($0)", in: "den", by: ada) }
        #expect(try problem { _ = try desk.makeHook("more", in: "den", by: ada) }?.code == .tooLarge)
        _ = try desk.makeHook("elsewhere", in: "other", by: ada)
        try desk.removeHook(hooks[3].id, in: "den", by: ada)
        _ = try desk.makeHook("again", in: "den", by: ada)
        #expect(try problem { _ = try desk.makeHook("more", in: "den", by: ada) }?.code == .tooLarge)
    }

    @Test func `a ban from the server ends the hooks that this person made, and no others`() throws {
        let (desk, ada) = try desk(perSecond: 0, burst: 0)
        let bob = try desk.user("bob")
        _ = try desk.store.write { try $0.setRole(.owner, of: bob.key) }
        try desk.ok(ada, #"{"op":"room.create","kind":"private","name":"Attic"}"#)
        let attic = try #require(
            try desk.store.snapshot(for: ada.key, maximumUsers: 9).rooms.first { $0.room.kind == .private })
        let tokens = (0..<3).map { _ in BearerToken() }
        _ = try desk.makeHook("a", in: "den", by: ada, token: tokens[0])
        let kept = try desk.makeHook("b", in: "den", by: bob, token: tokens[1])
        _ = try desk.makeHook("c", in: attic.room.slug, by: ada, token: tokens[2])
        // A post that has found its hook, and then waits behind the ban.
        let hook = try #require(try desk.store.hook(tokenHash: tokens[0].hash))
        let item = try Command.list(
            try JSONValue(parsing: #"{"op":"message.post","room":"den","text":"late"}"#.utf8), requiresID: false)
        let replies = desk.run([
            try desk.submission(bob, #"{"op":"user.ban","user":"u_ada"}"#),
            .submission(desk.submission(hook.user, payer: hook.by, item)),
        ])
        #expect(replies.map(\.problem) == [nil, .notAMember])
        #expect(try tokens.map { try desk.store.hook(tokenHash: $0.hash)?.id } == [nil, kept.id, nil])
        let den = try #require(try desk.store.room(named: "den")).key
        #expect(
            try desk.store.members(of: den, after: "", limit: 9).items.map(\.user.id).sorted()
                == [kept.user.id, "u_ada"].sorted())
        #expect(try desk.store.members(of: attic.room.key, after: "", limit: 9).items.map(\.user.id) == ["u_ada"])
        #expect(try problem { _ = try desk.makeHook("d", in: "den", by: ada) }?.code == .banned)
        try desk.ok(bob, #"{"op":"user.unban","user":"u_ada"}"#)
        #expect(try desk.store.hooks(in: den).map(\.id) == [kept.id])
        _ = try desk.makeHook("d", in: "den", by: ada)
    }

    @Test func `an admin who is banned makes no bot, however long the request has waited`() throws {
        let (desk, ada) = try desk(perSecond: 0, burst: 0)
        let bot = try NewBot(name: "helper", displayName: nil, token: BearerToken())
        func make() throws {
            _ = try desk.store.write { _ = try bot.make(in: $0, by: ada, at: Timestamp(milliseconds: 0)) }
        }
        _ = try desk.store.write {
            try $0.setRole(.admin, of: ada.key)
            try $0.setBanned(at: Timestamp(milliseconds: 0), ada.key)
        }
        #expect(try problem(make)?.code == .forbidden)
        _ = try desk.store.write { try $0.setBanned(at: nil, ada.key) }
        try make()
    }

    @Test func `who reads a room can tell hooks and bots from people, and how many hooks are in it`() throws {
        let (desk, ada) = try desk(perSecond: 0, burst: 0)
        let bot = try desk.user("bot")
        _ = try desk.store.write { try $0.setRole(.bot, of: bot.key) }
        try desk.ok(bot, #"{"op":"room.join","room":"den"}"#)
        let hooks = try (0..<2).map { try desk.makeHook("\($0)", in: "den", by: ada) }
        let kinds: [String: Program] = ["u_bot": .bot, hooks[0].user.id: .hook, hooks[1].user.id: .hook]
        let den = try #require(try desk.store.room(named: "den")).key
        let members = try desk.store.members(of: den, after: "", limit: 9).items
        #expect(members.count == 4 && members.allSatisfy { $0.program == kinds[$0.user.id] })
        let page = try desk.store.acquaintances(of: ada.key, after: "", limit: 9).items
        #expect(page.count == 4 && page.allSatisfy { $0.program == kinds[$0.user.id] })
        func snapshot() throws -> Snapshot { try desk.store.snapshot(for: ada.key, maximumUsers: 9) }
        #expect(try snapshot().users.map(\.program) == page.map(\.program))
        #expect(try snapshot().rooms.map(\.hooks) == [2])
        let events = try desk.store.events(
            visibleTo: try desk.store.visibility(of: ada.key).visibility, in: .everything, after: 0, through: 99,
            limit: 99, bytes: 99_999
        ).events.map { try JSONValue(parsing: $0.json) }
        let joined = events.filter { $0["type"] == "member.joined" }.compactMap { $0["data"] }
        #expect(joined.count == 4)
        #expect(joined.allSatisfy { $0["kind"]?.string == kinds[$0["user"]?.string ?? ""]?.rawValue })
        // One is put out and stays a hook, one ends: neither is in the room any more.
        try desk.ok(ada, #"{"op":"member.remove","room":"den","user":"\#(hooks[0].user.id)"}"#)
        #expect(try snapshot().rooms.map(\.hooks) == [1])
        try desk.removeHook(hooks[1].id, in: "den", by: ada)
        #expect(try snapshot().rooms.map(\.hooks) == [0])
    }
}
