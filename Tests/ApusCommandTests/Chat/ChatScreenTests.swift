import ApusWire
import Testing

@testable import ApusClient
@testable import apus

struct ChatScreenTests {
    @Test func `a conversation`() throws {
        var scene = ChatScene(width: 80, height: 16)
        scene.history(
            "general",
            [
                ChatScene.message(1, "u_a", "Is anybody up there?"),
                ChatScene.message(
                    2, "u_b", "A swift never lands; it eats, drinks and sleeps on the wing, for ten months at a time.",
                    ["reply_to": 1, "reactions": [["emoji": "👍", "count": 2, "users": ["u_a"]]]]),
                ChatScene.message(3, "u_a", "你好世界", ["edited_at": "2026-11-23T14:30:00.000Z"]),
            ])
        try scene.signal("receipt", user: "u_b", v: 1, ["delivered": 3, "read": 1])
        try scene.signal("presence", user: "u_a", room: nil, v: 2, "online")
        try scene.event("message.created", in: "random", ["number": 1, "text": "x", "mentions": ["u_a"]])
        scene.take(.roundTrip(12))
        scene.press(.text("Ten months!"))
        #expect(
            scene.screen == """
                 #general           │#general  2 people · 1 here  All about swifts
                 #random       @1 1 │
                                    │
                                    │
                                    │
                                    │Here general begins.
                                    │── Monday, 23 November 2026 ───────────────────────────────
                                    │14:25 alice #1 Is anybody up there? ✓✓ read
                                    │14:25 bob #2 ↳ #1 alice: Is anybody up there?
                                    │      A swift never lands; it eats, drinks and sleeps on
                                    │      the wing, for ten months at a time.
                                    │      [👍 2]
                                    │14:25 alice #3 你好世界 (edited) ✓✓
                                    │
                                    │> Ten months!
                 ● WebSocket · 12 ms · Connected.
                """)
    }

    @Test func `a narrow window has no column of rooms, and says that there is something elsewhere`() throws {
        var scene = ChatScene(width: 40, height: 12)
        try scene.event("message.created", in: "random", ["number": 1, "text": "x"])
        try scene.said(3, "一二三四五六七八九十一二三四五六七八九十")
        scene.press(.text("ja"), .newLine, .text("你"))
        #expect(
            scene.screen == """
                #general  2 people · 0 here  1 new else…

                Here general begins.
                ── Monday, 23 November 2026 ────────────
                14:25 alice #1 message 1 ✓
                14:25 bob #2 message 2
                14:26 bob #3 一二三四五六七八九十一二三
                      四五六七八九十

                > ja
                  你
                 ● WebSocket · Connected.
                """)
        #expect(ChatView.screen(of: scene.state).cursor == Screen.Place(row: 10, column: 4))
    }

    @Test func `one's own messages tell how far they have come`() throws {
        var scene = ChatScene(width: 60, height: 14)
        scene.connect(nil, "Reconnecting… Next try in 8 s. 1 message waiting.")
        scene.press(.text("first"), .enter, .text("second"), .enter)
        scene.take(.refused(id: "t-2", .init(code: "forbidden", detail: "You may not.", isRetryable: false)))
        #expect(scene.screen.contains("│  …   alice  first …\n"))
        #expect(
            scene.screen.contains(
                "│  ✗   alice  second\n               │      ✗ not sent: You may not. /retry or\n               │      /discard\n"
            ))
        #expect(scene.screen.hasSuffix(" ○ no connection · Reconnecting… Next try in 8 s. 1 message…"))
        scene.connect()
        scene.take(.posted(id: "t-1", .init(seq: 103, number: 3, at: "", isRepeated: false)))
        #expect(scene.screen.contains("│      alice  first #3 ✓\n"))
        try scene.said(3, "first", by: "u_a", id: "t-1")
        #expect(scene.screen.contains("│14:26 alice #3 first ✓\n"))
        try scene.signal("receipt", user: "u_b", v: 5, ["delivered": 3, "read": 2])
        #expect(scene.screen.contains("│14:26 alice #3 first ✓✓\n"))
        try scene.signal("receipt", user: "u_b", v: 6, ["delivered": 3, "read": 3])
        #expect(scene.screen.contains("│14:26 alice #3 first ✓✓ read\n"))
    }

    @Test func `who types is told until it is over`() throws {
        var scene = ChatScene()
        try scene.signal("typing", user: "u_b", v: 1, true)
        #expect(scene.screen.contains("│bob is typing…\n"))
        scene.now = 10_000
        scene.take(.tick)
        #expect(!scene.screen.contains("typing"))
        try scene.signal("typing", user: "u_b", v: 2, true)
        #expect(scene.screen.contains("│bob is typing…\n"))
        try scene.signal("typing", user: "u_b", v: 3, false)
        #expect(!scene.screen.contains("typing"))
    }

    @Test(arguments: [(20, 6), (21, 7), (59, 8), (60, 8), (200, 60), (19, 6), (20, 5), (1, 1)])
    func `every size is filled exactly`(_ width: Int, _ height: Int) throws {
        var scene = ChatScene(width: width, height: height, messages: 80)
        for key in [Key.text(String(repeating: "你好 👍🏽 words ", count: 20)), .newLine, .pageUp] { scene.press(key) }
        try scene.signal("typing", user: "u_b", v: 1, true)
        let screen = ChatView.screen(of: scene.state)
        let isTooSmall = width < 20 || height < 6
        #expect(isTooSmall ? screen.rows.count <= height : screen.rows.count == height)
        for row in screen.rows { #expect(row.columns == width) }
        #expect(screen.cursor.row < height && screen.cursor.column < width)
    }

    @Test func `a message cannot leave its place`() throws {
        var scene = ChatScene()
        try scene.said(3, "\u{1B}[2J\u{1B}]0;owned\u{7}\u{202E}gnp.exe\u{9B}31m")
        scene.take(.told("refused: \u{1B}[31m"))
        try scene.event("user.updated", by: "u_b", ["user": "u_b", "name": "bob", "display_name": "b\u{1B}[1mob"])
        var painter = Painter(hasColours: false)
        let sent = painter.paint(ChatView.screen(of: scene.state))
        for attack in ["\u{1B}[2J\u{1B}]", "\u{1B}]", "\u{7}", "\u{202E}", "\u{9B}"] {
            #expect(!sent.contains(attack))
        }
        #expect(scene.screen.contains("#3 ␛[2J␛]0;owned␇\u{FFFD}gnp.exe\u{FFFD}31m"))
        #expect(scene.screen.contains("b␛[1mob"))
    }
}
