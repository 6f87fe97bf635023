import ApusWire
import Testing

@testable import ApusClient
@testable import apus

struct ChatStateTests {
    @Test func `what is unread is read where it is seen, and only there`() throws {
        var scene = ChatScene(messages: 60)
        try scene.said(61, "seen")
        #expect(scene.newEffects() == [.read(room: "general", number: 61)])
        scene.press(.pageUp)
        try scene.said(62, "below the window")
        #expect(scene.newEffects() == [])
        #expect(scene.screen.contains("newer (PgDn"))
        scene.press(.nextRoom)
        #expect(scene.state.open == "random")
        #expect(scene.newEffects() == [.members("random"), .history(room: "random", before: nil)])
        #expect(scene.screen.contains(" #general         1 │"))
        scene.press(.previousRoom, .pageDown, .pageDown)
        #expect(scene.newEffects() == [.read(room: "general", number: 62)])
    }

    @Test func `without a connection nothing is marked as read, and nobody is told of typing`() throws {
        var scene = ChatScene()
        scene.connect(nil)
        scene.press(.text("x"))
        try scene.said(3, "late")
        #expect(scene.newEffects() == [])
        scene.connect()
        #expect(scene.newEffects() == [.read(room: "general", number: 3)])
    }

    @Test func `one's own message is there once, whatever comes first`() throws {
        for isEventFirst in [true, false] {
            var scene = ChatScene()
            scene.press(.text("hello"), .enter)
            #expect(scene.newEffects().contains(.post(id: "t-1", room: "general", text: "hello", replyTo: nil)))
            let posted = ChatInput.posted(id: "t-1", .init(seq: 102, number: 4, at: "", isRepeated: false))
            if !isEventFirst { scene.take(posted) }
            try scene.said(3, "before it")
            try scene.said(4, "hello", by: "u_a", id: "t-1")
            if isEventFirst { scene.take(posted) }
            let timeline = try #require(scene.state.timelines["general"])
            #expect(timeline.pending.isEmpty)
            #expect(timeline.messages.map(\.text) == ["message 1", "message 2", "before it", "hello"])
        }
    }

    @Test func `what happens while a page is on its way is not lost`() throws {
        var scene = ChatScene()
        scene.press(.nextRoom)
        try scene.event("message.created", in: "random", ["number": 1, "text": "one"])
        try scene.event("message.updated", in: "random", ["number": 1, "text": "won"])
        let page = [ChatScene.message(1, "u_b", "one", ["seq": 101, "room": "random"])]
        scene.history("random", page)
        #expect(scene.state.timelines["random"]?.messages.map(\.text) == ["won"])
        try scene.event("message.created", in: "random", ["number": 2, "text": "two"])
        #expect(scene.state.timelines["random"]?.messages.map(\.number) == [1, 2])
    }

    @Test func `what happens while a snapshot is on its way is not lost`() throws {
        var scene = ChatScene()
        scene.take(.reset)
        #expect(scene.newEffects() == [.sync])
        try scene.said(3, "meanwhile")
        scene.take(
            .synced([
                "seq": 100, "user": ChatScene.person("u_a", "alice"), "users": [],
                "rooms": [ChatScene.room("general", head: 2, read: 2)],
            ]))
        #expect(scene.state.rooms.map(\.head) == [3])
        #expect(scene.newEffects() == [.members("general"), .history(room: "general", before: nil)])
    }

    @Test func `what cannot be read is asked for again, but not at once`() {
        var scene = ChatScene()
        scene.take(.reset)
        _ = scene.newEffects()
        scene.take(.syncFailed("The server did not answer."))
        #expect(scene.newEffects() == [])
        #expect(scene.screen.contains("The server did not answer."))
        scene.now += 2_000
        scene.take(.tick)
        #expect(scene.newEffects() == [.sync])
    }

    @Test func `edits, deletions and reactions reach the message, once`() throws {
        var scene = ChatScene()
        try scene.event("reaction.added", ["number": 1, "emoji": "👍"])
        try scene.event("reaction.added", by: "u_a", ["number": 1, "emoji": "👍"])
        try scene.event("reaction.removed", ["number": 1, "emoji": "👍"])
        #expect(
            scene.state.timelines["general"]?.messages[0].reactions == [.init(emoji: "👍", count: 1, users: ["u_a"])])
        try scene.event("message.updated", by: "u_a", ["number": 1, "text": "new"])
        #expect(scene.screen.contains("alice #1 new (edited)"))
        try scene.event("message.deleted", by: "u_a", ["number": 1])
        #expect(scene.screen.contains("alice #1 (deleted)\n"))
    }

    @Test func `Up edits the last own message, Escape leaves it`() {
        var scene = ChatScene()
        scene.press(.up)
        #expect(scene.screen.contains("│Editing #1."))
        #expect(scene.screen.contains("│> message 1\n"))
        scene.press(.escape)
        #expect(scene.screen.contains("│> Say something, or /help\n"))
        scene.press(.up, .text("!"), .enter)
        #expect(scene.newEffects() == [.edit(room: "general", number: 1, text: "message 1!")])
    }

    /// Texts that a terminal cannot show as they are.
    @Test(arguments: [
        "a\tb", "left\u{202E}right", "e\(String(repeating: "\u{301}", count: 20))", "two\r\nlines", "soft\u{AD}hyphen",
        "caf\u{E9}", "cafe\u{301}",
    ])
    func `what is sent is what was written, and what was not changed is not sent`(_ text: String) throws {
        func bytes(_ effects: [ChatEffect]) -> [[UInt8]] {
            effects.compactMap {
                if case .edit("general", 3, let text) = $0 { Array(text.utf8) } else { nil }
            }
        }
        var scene = ChatScene()
        try scene.said(3, text, by: "u_a")
        scene.press(.up, .enter)
        #expect(bytes(scene.newEffects()) == [])
        #expect(scene.state.composer.purpose == .new)
        scene.press(.up, .text("!"), .enter)
        #expect(bytes(scene.newEffects()) == [Array("\(text)!".utf8)])
        scene.press(.pasted(text), .enter)
        #expect(scene.state.timelines["general"]?.pending.map { Array($0.text.utf8) } == [Array(text.utf8)])
        // On the disk, and not among the messages yet.
        scene.take(.posted(id: "t-1", .init(seq: 109, number: 4, at: "", isRepeated: false)))
        _ = scene.newEffects()
        scene.press(.up, .enter)
        #expect(scene.newEffects().allSatisfy { if case .edit = $0 { false } else { true } })
    }

    @Test func `what is written stands in the composer as a terminal can show it`() {
        var scene = ChatScene(width: 20, height: 8)
        scene.press(.pasted("a\tb\u{202E}"))
        #expect(scene.screen.contains("> a    b\u{FFFD}\n"))
        #expect(ChatView.screen(of: scene.state).cursor.column == 9)
        scene.press(.left, .left, .left)
        #expect(ChatView.screen(of: scene.state).cursor.column == 3)
        scene.press(.pasted("x\r\ny"), .home)
        #expect(scene.screen.contains("> ax\n  y    b\u{FFFD}\n"))
        #expect(ChatView.screen(of: scene.state).cursor.column == 2)
        scene.press(.up, .end)
        #expect(ChatView.screen(of: scene.state).cursor.column == 4)
    }

    @Test func `a room that could not be read comes with the next snapshot`() throws {
        var scene = ChatScene()
        let joined: JSONObject = ["user": "u_a", "name": "alice", "display_name": "alice"]
        try scene.event("member.joined", in: "lunch", by: "u_a", joined)
        #expect(scene.newEffects() == [.room("lunch", opens: false)])
        scene.press(.text("/help"), .enter)
        scene.take(.roomFailed("The server did not answer."))
        #expect(scene.newEffects() == [])
        try scene.said(3, "meanwhile")
        scene.now += 2_000
        scene.take(.tick)
        #expect(scene.newEffects() == [.sync])
        try scene.said(4, "and then")
        _ = scene.newEffects()
        scene.take(
            .synced([
                "seq": 102, "user": ChatScene.person("u_a", "alice"), "users": [ChatScene.person("u_b", "bob")],
                "rooms": [
                    ChatScene.room("general", head: 3, read: 3), ChatScene.room("lunch", head: 0, read: 0),
                    ChatScene.room("random", head: 0, read: 0),
                ],
            ]))
        #expect(scene.state.rooms.map(\.id) == ["general", "lunch", "random"])
        #expect(scene.state.rooms[0].head == 4)
        #expect(scene.state.timelines["general"]?.messages.map(\.number) == [1, 2, 3, 4])
        #expect(scene.state.open == "general" && scene.state.panel != nil, "nothing is taken from who looks at it")
        scene.now += 2_000
        scene.take(.tick)
        #expect(!scene.newEffects().contains(.sync), "once")
    }

    @Test func `members and names that could not be read are asked for again`() throws {
        var scene = ChatScene()
        scene.press(.nextRoom)
        #expect(scene.newEffects().contains(.members("random")))
        scene.take(.membersFailed(room: "random", "No answer."))
        scene.take(.tick)
        #expect(scene.newEffects() == [])
        scene.now += 2_000
        scene.take(.tick)
        #expect(scene.newEffects() == [.members("random")])
        scene.take(.members(room: "random", ["members": [ChatScene.person("u_a", "alice")]]))

        try scene.said(3, "who am I?", by: "u_z")
        #expect(scene.newEffects() == [.name(user: "u_z")])
        scene.take(.nameFailed(user: "u_z", "No answer."))
        #expect(scene.newEffects() == [])
        scene.now += 2_000
        scene.take(.tick)
        #expect(scene.newEffects() == [.name(user: "u_z")])
        scene.take(.name(user: "u_z", ChatScene.person("u_z", "zoe")))
        scene.now += 2_000
        scene.take(.tick)
        #expect(scene.newEffects() == [])
        #expect(scene.state.name(of: "u_z") == "zoe")
    }

    @Test func `Up right after saying something does not edit the message before it`() {
        var scene = ChatScene()
        scene.press(.text("new"), .enter, .up)
        #expect(scene.screen.contains("still on its way"))
        scene.take(.posted(id: "t-1", .init(seq: 103, number: 3, at: "", isRepeated: false)))
        scene.press(.up)
        #expect(scene.screen.contains("│Editing #3."))
        #expect(scene.state.composer.string == "new")
    }

    @Test func `what was refused can be sent again or dropped`() {
        var scene = ChatScene()
        scene.press(.text("x"), .enter)
        let post = ChatEffect.post(id: "t-1", room: "general", text: "x", replyTo: nil)
        let refusal = Outbox.Refusal(code: "forbidden", detail: "No.", isRetryable: false)
        scene.take(.refused(id: "t-1", refusal))
        _ = scene.newEffects()
        scene.press(.text("/retry"), .enter)
        #expect(scene.newEffects() == [post])
        #expect(scene.state.timelines["general"]?.pending.map(\.state) == [.queued])
        scene.take(.refused(id: "t-1", refusal))
        scene.press(.text("/discard"), .enter)
        #expect(scene.newEffects() == [.discard(id: "t-1")])
        #expect(scene.state.timelines["general"]?.pending.isEmpty == true)
    }

    @Test func `typing is told, renewed and ended`() {
        var scene = ChatScene()
        scene.press(.text("h"), .text("i"))
        #expect(scene.newEffects() == [.typing(room: "general", true)])
        scene.now = 5_000
        scene.press(.text("!"))
        #expect(scene.newEffects() == [.typing(room: "general", true)])
        scene.press(.lineBack)
        #expect(scene.newEffects() == [.typing(room: "general", false)])
        scene.press(.text("/help"))
        #expect(scene.newEffects() == [])
    }

    @Test func `rooms come and go`() throws {
        var scene = ChatScene()
        try scene.event(
            "member.joined", in: "lunch", by: "u_a", ["user": "u_a", "name": "alice", "display_name": "alice"])
        #expect(scene.newEffects() == [.room("lunch", opens: false)])
        scene.take(.room(ChatScene.room("lunch", head: 4, read: 1), opens: true))
        #expect(scene.state.rooms.map(\.id) == ["general", "lunch", "random"])
        #expect(scene.state.open == "lunch")
        try scene.event("member.left", in: "lunch", by: "u_a", ["user": "u_a"])
        #expect(scene.state.open == "general")
        #expect(scene.state.timelines["lunch"] == nil)
    }

    @Test func `scrolling loads what is older without losing the place`() {
        var scene = ChatScene(width: 80, height: 14, messages: 120)
        for _ in 0..<8 { scene.press(.pageUp) }
        #expect(scene.newEffects() == [.history(room: "general", before: 71)])
        let before = scene.screen.split(separator: "\n").dropFirst(3)
        let page = (21...70).map { ChatScene.message(Int64($0), "u_b", "message \($0)") }
        scene.history("general", before: 71, page, more: true)
        #expect(scene.screen.split(separator: "\n").suffix(8) == before.suffix(8))
        scene.press(.pageUp)
        #expect(scene.screen.contains("bob #60 message 60"))
        for _ in 0..<12 { scene.press(.pageDown) }
        #expect(scene.screen.contains("message 120"))
        #expect(scene.state.anchors["general"] == nil)
    }

    @Test func `each page shows every message`() {
        var scene = ChatScene(width: 80, height: 14, messages: 50)
        var seen = Set<Int>()
        func look() {
            let numbers = scene.screen.matches(of: #/message (\d+)/#).compactMap { Int($0.1) }
            #expect(numbers == numbers.sorted())
            seen.formUnion(numbers)
        }
        look()
        for _ in 0..<8 {
            scene.press(.pageUp)
            look()
        }
        #expect(seen == Set(1...50))
        #expect(scene.screen.contains("Here general begins."))
        seen = []
        look()
        for _ in 0..<8 {
            scene.press(.pageDown)
            look()
        }
        #expect(seen == Set(1...50))
    }

    @Test func `ticks do not wait for a webhook, nor count what it has got`() throws {
        var scene = ChatScene()
        let hook: JSONObject = ["user": "u_ci", "name": "hook-1", "display_name": "CI", "kind": "hook"]
        try scene.event("member.joined", by: "u_a", hook)
        try scene.signal("receipt", user: "u_ci", v: 1, ["delivered": 9, "read": 9])
        func ticks() -> String? { scene.state.openRoom.map { scene.state.ticks(1, in: $0).text } }
        #expect(ticks() == "✓")
        try scene.signal("receipt", user: "u_b", v: 2, ["delivered": 2, "read": 0])
        #expect(ticks() == "✓✓")
        // Neither of these says what the account is.
        try scene.event("user.updated", by: "u_ci", ["user": "u_ci", "name": "hook-1", "display_name": "The CI"])
        try scene.event("member.joined", by: "u_a", ["user": "u_c", "name": "carol", "display_name": "Carol"])
        try scene.signal("receipt", user: "u_b", v: 3, ["delivered": 2, "read": 2])
        #expect(ticks() == "✓ read by 1")
        try scene.event("member.left", by: "u_c", ["user": "u_c"])
        #expect(ticks() == "✓✓ read")
    }
}
