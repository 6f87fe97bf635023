import ApusWire
import Testing

@testable import ApusClient
@testable import apus

struct ChatPanelTests {
    private static func found(_ number: Int64, _ text: String, by: String = "u_b") throws -> Message {
        try #require(Message(ChatScene.message(number, by, text)))
    }

    @Test func `only the answer to the last question is shown, and only while it is waited for`() throws {
        var scene = ChatScene()
        scene.press(.text("/search first"), .enter, .text("/search second"), .enter)
        #expect(scene.screen.contains("│Found for second (Esc closes)\n                    │Searching…\n"))
        scene.take(.found(words: "second", [try Self.found(2, "the second")]))
        scene.take(.found(words: "first", [try Self.found(1, "the first")]))
        #expect(scene.screen.contains("│Monday, 23 November 2026\n"))
        #expect(scene.screen.contains("│14:25 #general #2 bob: the second\n"))
        #expect(!scene.screen.contains("the first"))
        scene.take(.searchFailed(words: "first", "The server did not answer."))
        #expect(!scene.screen.contains("did not answer"))
        scene.press(.text("/search third"), .enter, .escape)
        scene.take(.found(words: "third", [try Self.found(1, "the third")]))
        #expect(!scene.screen.contains("the third"))
        #expect(scene.screen.contains("alice #1 message 1"))
    }

    @Test func `a search that finds nothing, or fails, says so`() {
        var scene = ChatScene()
        scene.press(.text("/search x"), .enter)
        scene.take(.found(words: "x", []))
        #expect(scene.screen.contains("│Nothing in your rooms says that.\n"))
        scene.press(.text("/search y"), .enter)
        scene.take(.searchFailed(words: "y", "The server did not answer."))
        #expect(scene.screen.contains("│The server did not answer.\n"))
        #expect(!scene.screen.contains("Searching"))
    }

    @Test func `a search that finds a whole page says that there may be more`() throws {
        for count in [19, 20] {
            var scene = ChatScene(width: 80, height: 30)
            scene.press(.text("/search x"), .enter)
            scene.take(.found(words: "x", try (1...Int64(count)).reversed().map { try Self.found($0, "x") }))
            #expect(scene.screen.contains("│14:25 #general #1 bob: x\n"))
            #expect(scene.screen.contains("│There may be older ones; more words find less.\n") == (count == 20))
        }
    }

    @Test func `a name that is found out later is seen where it was shown`() throws {
        var scene = ChatScene()
        scene.press(.text("/search x"), .enter)
        scene.take(.found(words: "x", [try Self.found(7, "x", by: "u_z")]))
        #expect(scene.newEffects() == [.search("x"), .name(user: "u_z")])
        #expect(scene.screen.contains("general #7 u_z: x"))
        scene.take(.name(user: "u_z", ChatScene.person("u_z", "zoe")))
        #expect(scene.screen.contains("general #7 zoe: x"))
    }

    @Test func `who is in the room is told as it changes`() throws {
        var scene = ChatScene()
        scene.press(.nextRoom, .text("/who"), .enter)
        #expect(scene.screen.contains("│Who is in this room (Esc closes)\n                    │Loading…\n"))
        scene.take(.members(room: "random", ["members": [ChatScene.person("u_a", "alice")]]))
        #expect(scene.screen.contains("│○ away  alice\n"))
        try scene.signal("presence", user: "u_a", room: nil, v: 1, "online")
        #expect(scene.screen.contains("│● here  alice\n"))
        try scene.event(
            "member.joined", in: "random", by: "u_c", ["user": "u_c", "name": "carol", "display_name": "Carol C."])
        #expect(scene.screen.contains("│● here  alice\n                    │○ away  Carol C. (carol)\n"))
    }

    @Test func `all of the help can be read in a usual window, and in a small one by scrolling`() {
        var scene = ChatScene()
        scene.press(.text("/help"), .enter)
        for line in ChatState.help { #expect(scene.screen.contains("│\(line)\n"), "\(line)") }
        scene = ChatScene(width: 50, height: 12)
        scene.press(.text("/help"), .enter)
        var seen: [Substring] = []
        while scene.screen.contains("↓ more (PgDn; Esc closes)"), seen.count < 100 {
            seen += scene.screen.split(separator: "\n")
            scene.press(.pageDown)
        }
        seen += scene.screen.split(separator: "\n")
        for line in ChatState.help { #expect(seen.contains { line.hasPrefix($0) }, "\(line)") }
        let last = scene.screen
        scene.press(.pageDown)
        #expect(scene.screen == last && last.contains("reached everybody") && last.contains("quits; //text"))
        scene.press(.text("back to talking"), .enter)
        #expect(scene.screen.contains("alice  back to talking …"))
    }

    @Test func `a long sentence takes the rows that it needs, and leaves one for what is said`() {
        var scene = ChatScene(width: 60, height: 8)
        scene.take(.told(String(repeating: "words ", count: 60)))
        let rows = scene.screen.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(rows.count == 8 && rows[1].contains("message 2"))
        #expect(rows[2...5].allSatisfy { $0.contains("words words") })
        #expect(rows[6].contains("> Say something"))
        scene.press(.left)
        #expect(!scene.screen.contains("words"))
    }
}
