import ApusChat
import ApusCore
import ApusSQLite
import ApusWire
import Testing

struct MemberTests {
    private func role(_ desk: Desk, _ user: Identity, _ room: String) throws -> RoomRole? {
        try desk.store.room(named: room, as: user.key)?.entry?.role
    }

    @Test func `roles are given and taken by who governs, and said`() throws {
        let desk = try Desk()
        let (ada, bob, cyd) = (try desk.user("ada"), try desk.user("bob"), try desk.user("cyd"))
        let room = try desk.privateRoom(by: ada, adding: bob, cyd)
        let promote = #"{"op":"member.role","room":"\#(room)","user":"u_bob","role":"admin"}"#
        #expect(try desk.problem(cyd, promote) == .forbidden)
        #expect(try desk.problem(ada, promote.replacing("u_bob", with: "u_nobody")) == .noSuchUser)
        #expect(try desk.problem(ada, promote.replacing("\"admin\"", with: "\"king\"")) == .invalidField)
        let seq = try desk.ok(ada, promote)["seq"]
        #expect(try desk.ok(ada, promote)["seq"] == seq, "nothing has changed the second time")
        #expect(try role(desk, bob, room) == .admin)
        #expect(try desk.seen(by: cyd).last == "member.updated u_bob")
        #expect(
            try desk.problem(bob, promote.replacing("u_bob", with: "u_ada").replacing("admin", with: "member")) == nil)
        #expect(try role(desk, ada, room) == .member)
    }

    @Test(arguments: ["leave", "step down", "removed"])
    func `when the last admin of a private room goes, the longest-standing member takes over`(_ how: String) throws {
        let desk = try Desk()
        let (ada, robot, bob, cyd) = (
            try desk.user("ada"), try desk.user("robot", as: .bot), try desk.user("bob"),
            try desk.user("root", as: .owner)
        )
        let room = try desk.privateRoom(by: ada, adding: robot, bob, cyd)
        switch how {
        case "leave": try desk.ok(ada, #"{"op":"room.leave","room":"\#(room)"}"#)
        case "removed": try desk.ok(cyd, #"{"op":"member.remove","room":"\#(room)","user":"u_ada"}"#)
        default: try desk.ok(ada, #"{"op":"member.role","room":"\#(room)","user":"u_ada","role":"member"}"#)
        }
        #expect(try role(desk, bob, room) == .admin)
        #expect(try role(desk, robot, room) == .member)
        #expect(try desk.seen(by: cyd).last == "member.updated u_bob")
    }

    @Test func `an only member stays admin of a private room, and a public room may be without one`() throws {
        let desk = try Desk()
        let (ada, bob) = (try desk.user("ada"), try desk.user("bob"))
        let room = try desk.privateRoom(by: ada)
        #expect(
            try desk.problem(ada, #"{"op":"member.role","room":"\#(room)","user":"u_ada","role":"member"}"#)
                == .forbidden)
        try desk.ok(ada, #"{"op":"room.leave","room":"\#(room)"}"#)
        try desk.ok(ada, #"{"op":"room.create","kind":"public","room":"hall"}"#)
        try desk.ok(bob, #"{"op":"room.join","room":"hall"}"#)
        try desk.ok(ada, #"{"op":"room.leave","room":"hall"}"#)
        #expect(try role(desk, bob, "hall") == .member)
    }

    @Test func `a webhook never takes over, and a bot only when no person is left`() throws {
        let desk = try Desk()
        let (ada, robot) = (try desk.user("ada"), try desk.user("robot", as: .bot))
        let room = try desk.privateRoom(by: ada)
        let hook = try desk.makeHook("CI", in: room, by: ada).user
        let stepDown = #"{"op":"member.role","room":"\#(room)","user":"u_ada","role":"member"}"#
        #expect(try desk.problem(ada, stepDown) == .forbidden)
        try desk.ok(ada, #"{"op":"member.add","room":"\#(room)","user":"u_robot"}"#)
        #expect(try desk.problem(ada, stepDown) == .forbidden)
        #expect(try role(desk, ada, room) == .admin)
        // Made an admin by hand, it governs nothing: somebody must who can.
        try desk.ok(ada, #"{"op":"member.role","room":"\#(room)","user":"\#(hook.id)","role":"admin"}"#)
        #expect(try desk.problem(ada, stepDown) == .forbidden)
        try desk.ok(ada, #"{"op":"member.role","room":"\#(room)","user":"\#(hook.id)","role":"member"}"#)
        try desk.ok(ada, #"{"op":"room.leave","room":"\#(room)"}"#)
        #expect(try role(desk, robot, room) == .admin)
        #expect(try role(desk, hook, room) == .member)
        try desk.ok(robot, #"{"op":"room.leave","room":"\#(room)"}"#)
        #expect(try role(desk, hook, room) == .member)
    }

    @Test func `when its last admin is banned from the server, the next in line takes over, and is told`() throws {
        let desk = try Desk()
        let (root, ada) = (try desk.user("root", as: .owner), try desk.user("ada"))
        let (robot, bob) = (try desk.user("robot", as: .bot), try desk.user("bob"))
        let room = try desk.privateRoom(by: ada, adding: robot, bob)
        try desk.ok(ada, #"{"op":"room.create","kind":"public","room":"hall"}"#)
        try desk.ok(bob, #"{"op":"room.join","room":"hall"}"#)
        try desk.ok(root, #"{"op":"user.ban","user":"u_ada"}"#)
        #expect(try desk.seen(by: bob).suffix(2) == ["user.updated u_ada", "member.updated u_bob"])
        #expect(try role(desk, bob, room) == .admin)
        #expect(try role(desk, bob, "hall") == .member)
        try desk.ok(root, #"{"op":"user.unban","user":"u_ada"}"#)
        #expect(try role(desk, ada, room) == .admin)
        #expect(try desk.seen(by: bob).last == "user.updated u_ada", "two admins are no reason to tell anything")
    }

    @Test func `where all are banned, who comes back first takes over`() throws {
        let desk = try Desk()
        let (root, ada, bob) = (try desk.user("root", as: .owner), try desk.user("ada"), try desk.user("bob"))
        let room = try desk.privateRoom(by: ada, adding: bob)
        for user in [bob, ada] { try desk.ok(root, #"{"op":"user.ban","user":"\#(user.id)"}"#) }
        #expect(try role(desk, bob, room) == .member)
        try desk.ok(root, #"{"op":"user.unban","user":"u_bob"}"#)
        #expect(try role(desk, bob, room) == .admin)
        #expect(try desk.seen(by: bob).last == "member.updated u_bob")
    }

    @Test func `a ban ends a stay and keeps out until it is lifted`() throws {
        let desk = try Desk()
        let (ada, bob, cyd) = (try desk.user("ada"), try desk.user("bob"), try desk.user("cyd"))
        try desk.ok(ada, #"{"op":"room.create","kind":"public","room":"hall"}"#)
        for user in [bob, cyd] { try desk.ok(user, #"{"op":"room.join","room":"hall"}"#) }
        let ban = #"{"op":"member.ban","room":"hall","user":"u_bob"}"#
        #expect(try desk.problem(cyd, ban) == .forbidden)
        let seq = try desk.ok(ada, ban)["seq"]
        #expect(try desk.seen(by: bob).last == "member.left u_bob")
        #expect(try desk.ok(ada, ban)["seq"] == seq, "nothing has changed the second time")
        #expect(try desk.problem(bob, #"{"op":"room.join","room":"hall"}"#) == .banned)
        #expect(try desk.problem(cyd, #"{"op":"member.add","room":"hall","user":"u_bob"}"#) == .banned)
        #expect(try desk.problem(bob, #"{"op":"message.post","room":"hall","text":"x"}"#) == .notAMember)
        try desk.ok(ada, #"{"op":"member.unban","room":"hall","user":"u_bob"}"#)
        #expect(try desk.seen(by: cyd).last == "member.updated u_bob")
        try desk.ok(bob, #"{"op":"room.join","room":"hall"}"#)
    }

    @Test func `who is not there can be banned too, and from a private room sees nothing of it`() throws {
        let desk = try Desk()
        let (ada, bob) = (try desk.user("ada"), try desk.user("bob"))
        let room = try desk.privateRoom(by: ada)
        try desk.ok(ada, #"{"op":"member.ban","room":"\#(room)","user":"u_bob"}"#)
        #expect(try desk.seen(by: ada).last == "member.updated u_bob")
        #expect(try desk.problem(ada, #"{"op":"member.add","room":"\#(room)","user":"u_bob"}"#) == .banned)
        #expect(try desk.problem(bob, #"{"op":"room.join","room":"\#(room)"}"#) == .noSuchRoom)
        #expect(try desk.seen(by: bob) == [])
        #expect(try desk.store.room(named: room, as: ada.key)?.room.memberCount == 1)
    }

    @Test func `neither oneself nor an admin of the server is banned`() throws {
        let desk = try Desk()
        let ada = try desk.user("ada")
        _ = try desk.user("root", as: .admin)
        try desk.ok(ada, #"{"op":"room.create","kind":"public","room":"hall"}"#)
        let head = try desk.store.head()
        #expect(try desk.problem(ada, #"{"op":"member.ban","room":"hall","user":"u_ada"}"#) == .invalidField)
        #expect(try desk.problem(ada, #"{"op":"member.ban","room":"hall","user":"u_root"}"#) == .forbidden)
        #expect(try desk.problem(ada, #"{"op":"member.ban","room":"hall","user":"u_nobody"}"#) == .noSuchUser)
        try desk.ok(ada, #"{"op":"member.unban","room":"hall","user":"u_root"}"#)
        #expect(try desk.store.head() == head)
    }

    @Test func `unread begins with joining, and again with coming back`() throws {
        let desk = try Desk()
        let (ada, bob) = (try desk.user("ada"), try desk.user("bob"))
        try desk.ok(ada, #"{"op":"room.create","kind":"public","room":"hall"}"#)
        func post() throws { try desk.ok(ada, #"{"op":"message.post","room":"hall","text":"x"}"#) }
        func read() throws -> Int64? { try desk.store.room(named: "hall", as: bob.key)?.entry?.read }
        for _ in 1...3 { try post() }
        try desk.ok(bob, #"{"op":"room.join","room":"hall"}"#)
        #expect(try read() == 3)
        for _ in 1...2 { try post() }
        try desk.ok(bob, #"{"op":"read","room":"hall","number":4}"#)
        try desk.ok(bob, #"{"op":"room.join","room":"hall"}"#)
        #expect(try read() == 4, "joining again as a member changes nothing")
        try desk.ok(bob, #"{"op":"room.leave","room":"hall"}"#)
        try post()
        #expect(
            try desk.send(bob, #"[{"op":"room.join","room":"hall"},{"op":"read","room":"hall","number":1}]"#)[1].result
                .get()["read"] == 6)
    }
}
