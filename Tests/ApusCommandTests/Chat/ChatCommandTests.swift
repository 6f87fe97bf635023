import ApusWire
import Testing

@testable import apus

struct ChatCommandTests {
    @Test(
        arguments: [
            ("/join lunch", [.join("lunch")]), ("/join #lunch", [.join("lunch")]), ("/join", [.publicRooms]),
            ("/create lunch", [.create("lunch")]), ("/leave", [.leave("general")]), ("/dm bob", [.direct(user: "u_b")]),
            ("/dm @Bob", [.direct(user: "u_b")]), ("/dm Carol", [.find(name: "carol")]),
            ("/search green build", [.search("green build")]),
            ("/delete", [.delete(room: "general", number: 1)]), ("/delete #2", [.delete(room: "general", number: 2)]),
            ("/quit", [.quit]), ("//quit", [.post(id: "t-1", room: "general", text: "/quit", replyTo: nil)]),
            ("/reply 2 yes", [.post(id: "t-1", room: "general", text: "yes", replyTo: 2)]),
            ("/reply 2  two\nlines ", [.post(id: "t-1", room: "general", text: "two\nlines", replyTo: 2)]),
            ("/react 👍", [.react(room: "general", number: 2, emoji: "👍", on: true)]),
            ("/react +1", [.react(room: "general", number: 2, emoji: "👍", on: true)]),
            ("/react #1 :heart:", [.react(room: "general", number: 1, emoji: "❤️", on: true)]),
            ("/edit 1 new text", [.edit(room: "general", number: 1, text: "new text")]),
            ("/edit 99 from before", [.edit(room: "general", number: 99, text: "from before")]),
        ] as [(String, [ChatEffect])])
    func `commands do what they say`(_ line: String, _ effects: [ChatEffect]) {
        var scene = ChatScene()
        scene.press(.text(line), .enter)
        #expect(scene.newEffects() == effects)
        #expect(scene.state.composer.text.isEmpty)
        #expect(scene.state.notice == nil)
    }

    @Test(arguments: [
        ("/nonsense", "There is no command /nonsense."), ("/dm alice", "That is you."),
        ("/reply 99", "/reply needs the number"), ("/create", "/create needs a name"),
        ("/retry", "Nothing was refused here."), ("/delete x", "/delete 57 deletes #57."), ("/search", "/search needs"),
        ("/react", "/react needs an emoji"), ("/react 99 👍", "/react needs an emoji"),
        ("/react 1 👍 🎉", "/react needs an emoji"), ("/edit 2 mine now", "#2 is not yours"),
        ("/edit 99", "#99 is not loaded"), ("/edit +1", "/edit needs the number"),
    ])
    func `a command that cannot be done says why`(_ line: String, _ words: String) {
        var scene = ChatScene()
        scene.press(.text(line), .enter)
        #expect(scene.newEffects() == [])
        #expect(scene.screen.contains(words))
        scene.press(.left)
        #expect(!scene.screen.contains(words))
    }

    @Test func `a reaction is one's own in brackets, and the same again takes it back`() throws {
        var scene = ChatScene()
        try scene.event("reaction.added", by: "u_b", ["number": 1, "emoji": "❤️"])
        #expect(scene.screen.contains("│      ❤️ 1\n"))
        scene.press(.text("/react 1 heart"), .enter)
        #expect(scene.newEffects() == [.react(room: "general", number: 1, emoji: "❤️", on: true)])
        try scene.event("reaction.added", by: "u_a", ["number": 1, "emoji": "❤️"])
        #expect(scene.screen.contains("│      [❤️ 2]\n"))
        // As a keyboard may have it, without U+FE0F.
        scene.press(.text("/react 1 \u{2764}"), .enter)
        #expect(scene.newEffects() == [.react(room: "general", number: 1, emoji: "❤️", on: false)])
        try scene.event("reaction.removed", by: "u_a", ["number": 1, "emoji": "❤️"])
        #expect(scene.screen.contains("│      ❤️ 1\n"))
    }

    @Test func `reactions go on in another row before they would be cut`() {
        var scene = ChatScene(width: 40, height: 12)
        let emoji = ["👍", "👎", "😄", "🎉", "😕", "🚀", "👀", "🦢", "🪿"]
        let reactions = JSONValue.array(
            emoji.map { ["emoji": .string($0), "count": 12, "users": [$0 == "😕" ? "u_a" : "u_b"]] })
        scene.history("general", [ChatScene.message(1, "u_b", "x", ["reactions": reactions])])
        #expect(
            scene.screen.contains("      👍 12  👎 12  😄 12  🎉 12\n      [😕 12]  🚀 12  👀 12  🦢 12\n      🪿 12\n"))
    }

    @Test func `any message of one's own can be edited, nobody else's`() throws {
        var scene = ChatScene()
        try scene.said(3, "my last", by: "u_a")
        scene.press(.text("/edit 1"), .enter)
        #expect(scene.screen.contains("│Editing #1."))
        scene.press(.text("!"), .enter)
        #expect(scene.newEffects().contains(.edit(room: "general", number: 1, text: "message 1!")))
        scene.press(.text("/edit"), .enter)
        #expect(scene.screen.contains("│Editing #3."))
        scene.press(.escape)
        try scene.event("message.deleted", by: "u_a", ["number": 1])
        scene.press(.text("/edit 1 again"), .enter)
        #expect(scene.screen.contains("#1 is deleted."))
    }

    @Test func `whoever is found is talked to, and whoever is not is told of`() {
        var scene = ChatScene()
        scene.take(.person(called: "carol", .known(ChatScene.person("u_c", "carol"))))
        #expect(scene.newEffects() == [.direct(user: "u_c")])
        scene.take(.person(called: "dave", .nobody))
        #expect(scene.screen.contains("Nobody on this server is called dave."))
        scene.take(.person(called: "dave", .hidden))
        #expect(
            scene.screen.contains(
                """
                │Nobody called dave is in your rooms, and only the server's
                                    │admins can look up others. In a room where you both are
                                    │(/join, /create), /dm dave finds them.
                                    │> Say something
                """))
        #expect(scene.newEffects() == [])
    }
}
