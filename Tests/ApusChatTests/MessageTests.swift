import ApusCore
import ApusSQLite
import ApusWire
import Foundation
import Synchronization
import Testing

@testable import ApusChat

/// Two members of a public room, ada its maker, and a stranger.
struct MessageTests {
    let desk: Desk
    let (ada, bob, eve): (Identity, Identity, Identity)

    init() throws {
        desk = try Desk(
            limits: {
                var limits = ChatLimits(); limits.commandsPerSecond = 0; return limits
            }())
        (ada, bob, eve) = (try desk.user("ada"), try desk.user("bob"), try desk.user("eve"))
        try desk.ok(ada, #"{"op":"room.create","kind":"public","room":"one"}"#)
        try desk.ok(bob, #"{"op":"room.join","room":"one"}"#)
    }

    @discardableResult
    private func ok(_ user: Identity, _ fields: String) throws -> Int64? {
        try desk.ok(user, #"{"room":"one",\#(fields)}"#)["seq"]?.integer
    }

    private func problem(_ user: Identity, _ fields: String) throws -> ProblemCode? {
        try desk.problem(user, #"{"room":"one",\#(fields)}"#)
    }

    private func history(of user: Identity) throws -> [Message] {
        try #require(try desk.store.history(of: RoomKey(1), for: user.key, at: .end, limit: 10)).messages
    }

    private func data(_ seq: Int64) throws -> JSONValue? {
        let (visibility, head) = try desk.store.visibility(of: ada.key)
        let page = try desk.store.events(
            visibleTo: visibility, in: .everything, after: seq - 1, through: head, limit: 1, bytes: .max)
        return try JSONValue(parsing: page.events[0].json)["data"]
    }

    // MARK: editing

    @Test func `only its author edits a message, and nothing happens when it says the same`() throws {
        let posted = try ok(bob, #""op":"message.post","text":"one""#)
        for (user, code) in [(ada, .forbidden), (eve, .notAMember)] as [(Identity, ProblemCode)] {
            #expect(try problem(user, #""op":"message.edit","number":1,"text":"two""#) == code)
        }
        #expect(try ok(bob, #""op":"message.edit","number":1,"text":"one""#) == posted)
        let edited = try ok(bob, #""op":"message.edit","number":1,"text":"two @ada""#)
        #expect(try ok(bob, #""op":"message.edit","number":1,"text":"two @ada""#) == edited)
        let reacted = try ok(ada, #""op":"reaction.add","number":1,"emoji":"👍""#)
        #expect(try ok(bob, #""op":"message.edit","number":1,"text":"two @ada""#) == reacted)
        #expect(try desk.store.head() == reacted)
        #expect(
            try data(try #require(edited)) == [
                "number": 1, "text": "two @ada", "edited_at": .string(desk.clock.now.withLock(\.self).description),
                "mentions": ["u_ada"],
            ])
    }

    @Test func `another spelling of an accent is another text`() throws {
        try ok(ada, #""op":"message.post","text":"caf\#("\u{E9}")""#)
        let edit = #""id":"e","op":"message.edit","number":1,"text":"cafe\#("\u{301}")""#
        let seq = try ok(ada, edit)
        #expect(try history(of: ada)[0].text.utf8.elementsEqual("cafe\u{301}".utf8))
        #expect(try ok(ada, edit) == seq, "a repeat is the same command")
    }

    @Test func `an edit is checked as a message is`() throws {
        try ok(ada, #""op":"message.post","text":"one""#)
        #expect(try problem(ada, #""op":"message.edit","number":1,"text":"""#) == .invalidField)
        let long = String(repeating: "x", count: 10_001)
        #expect(try problem(ada, #""op":"message.edit","number":1,"text":"\#(long)""#) == .tooLarge)
        #expect(try problem(ada, #""op":"message.edit","number":2,"text":"x""#) == .noSuchMessage)
        #expect(try problem(ada, #""op":"message.edit","number":0,"text":"x""#) == .noSuchMessage)
    }

    // MARK: deleting

    @Test func `a message is deleted by its author or by who governs the room, and once`() throws {
        for user in [ada, bob, bob] { try ok(user, #""op":"message.post","text":"a text""#) }
        #expect(try problem(bob, #""op":"message.delete","number":1"#) == .forbidden)
        #expect(try problem(eve, #""op":"message.delete","number":2"#) == .notAMember)
        let first = try ok(bob, #""op":"message.delete","number":2"#)
        #expect(try ok(ada, #""op":"message.delete","number":2"#) == first)
        #expect(try ok(ada, #""op":"message.delete","number":3"#) == (first ?? 0) + 1)
        #expect(try problem(ada, #""op":"message.delete","number":4"#) == .noSuchMessage)
        #expect(try history(of: bob).map(\.isDeleted) == [false, true, true])
    }

    @Test(arguments: [
        #""op":"message.edit","number":1,"text":"x""#, #""op":"reaction.add","number":1,"emoji":"👍""#,
        #""op":"reaction.remove","number":1,"emoji":"👍""#, #""op":"message.post","text":"x","reply_to":1"#,
    ])
    func `nothing is done to a deleted message`(fields: String) throws {
        try ok(ada, #""op":"message.post","text":"a text""#)
        try ok(ada, #""op":"message.delete","number":1"#)
        let head = try desk.store.head()
        #expect(try problem(ada, fields) == .noSuchMessage)
        #expect(try desk.store.head() == head)
    }

    @Test func `posted and deleted in one transaction, a text is told to nobody`() throws {
        let group = [
            try desk.submission(ada, #"{"op":"message.post","room":"one","text":"secret"}"#),
            try desk.submission(ada, #"{"op":"message.delete","room":"one","number":1}"#),
        ]
        #expect(desk.run(group).allSatisfy { $0.problem == nil })
        #expect(try data(4) == ["number": 1, "purged": true])
    }

    @Test func `what was deleted is wiped off the disk soon, but not after each deletion`() throws {
        let log = desk.url.appending(path: "apus.sqlite-wal")
        func size() throws -> Int { try Data(contentsOf: log).count }
        for _ in 1...3 { try ok(ada, #""op":"message.post","text":"a text""#) }
        _ = desk.run([.receipts])
        #expect(try size() > 0)
        try ok(ada, #""op":"message.delete","number":1"#)
        _ = desk.run([.receipts])
        #expect(try size() == 0)
        try ok(ada, #""op":"message.delete","number":2"#)
        desk.clock.advance(milliseconds: WipeSchedule.pauseMilliseconds - 1)
        _ = desk.run([.receipts])
        #expect(try size() > 0)
        desk.clock.advance(milliseconds: 1)
        _ = desk.run([.receipts])
        #expect(try size() == 0)
    }

    // MARK: replying and mentioning

    @Test func `a reply names a message that is there`() throws {
        try ok(ada, #""op":"message.post","text":"one""#)
        #expect(try problem(bob, #""op":"message.post","text":"two","reply_to":2"#) == .noSuchMessage)
        #expect(try problem(bob, #""op":"message.post","text":"two","reply_to":"1""#) == .invalidField)
        let seq = try ok(bob, #""op":"message.post","text":"two","reply_to":1"#)
        #expect(try data(try #require(seq)) == ["number": 2, "text": "two", "reply_to": 1])
        try ok(bob, #""op":"message.delete","number":2"#)
        #expect(try data(try #require(seq)) == ["number": 2, "reply_to": 1, "purged": true])
        #expect(try history(of: ada).map(\.replyTo) == [nil, 1])
    }

    @Test func `a command with another reply is another command`() throws {
        try ok(ada, #""op":"message.post","text":"one""#)
        try ok(ada, #""id":"r","op":"message.post","text":"two","reply_to":1"#)
        #expect(try problem(ada, #""id":"r","op":"message.post","text":"two""#) == .idReused)
        #expect(
            try desk.ok(ada, #"{"id":"r","op":"message.post","room":"one","text":"two","reply_to":1}"#)["repeated"]
                == true)
    }

    @Test func `members of the room are mentioned, and everybody else is only text`() throws {
        func unread() throws -> Int64? {
            try desk.store.snapshot(for: ada.key, maximumUsers: 9).rooms.first?.mentions
        }
        let seq = try ok(bob, #""op":"message.post","text":"@eve @Ada @nobody @bob @all `@all`""#)
        #expect(try data(try #require(seq))?["mentions"] == ["u_ada", "u_bob", "all"])
        #expect(try history(of: ada)[0].mentions == ["u_ada", "u_bob", "all"])
        #expect(try unread() == 1)
        try ok(bob, #""op":"message.edit","number":1,"text":"@bob""#)
        #expect(try unread() == 0)
        try ok(bob, #""op":"message.edit","number":1,"text":"@ada""#)
        #expect(try unread() == 1)
        try ok(bob, #""op":"message.delete","number":1"#)
        #expect(try unread() == 0)
    }

    // MARK: reacting

    @Test func `reacting twice, or taking back what is not there, changes nothing`() throws {
        let posted = try ok(ada, #""op":"message.post","text":"one""#)
        #expect(try ok(bob, #""op":"reaction.remove","number":1,"emoji":"👍""#) == posted)
        let added = try ok(bob, #""op":"reaction.add","number":1,"emoji":"👍""#)
        #expect(try ok(bob, #""op":"reaction.add","number":1,"emoji":"👍""#) == added)
        #expect(try data(try #require(added)) == ["number": 1, "emoji": "👍"])
        #expect(try ok(ada, #""op":"reaction.remove","number":1,"emoji":"👍""#) == added)
        #expect(try ok(bob, #""op":"reaction.add","number":1,"emoji":"👍\uFE0F""#) == added)
        #expect(try history(of: ada)[0].reactions == [.init(emoji: "👍", count: 1, users: ["u_bob"])])
        let removed = try ok(bob, #""op":"reaction.remove","number":1,"emoji":"👍""#)
        #expect(try desk.store.head() == removed)
        #expect(try history(of: ada).map(\.reactions) == [[]])
        #expect(try history(of: ada).map(\.seq) == [removed])
    }

    @Test(arguments: ["+1", "\u{2764}", "👍\u{FE0F}"])
    func `a reaction of older rules is taken back as it is shown, and the one of today beside it stays`(
        old: String
    ) throws {
        try ok(ada, #""op":"message.post","text":"x""#)
        let message = try history(of: ada)[0]
        _ = try desk.store.write { try $0.insertReaction(old, to: message, by: bob.key, seq: message.seq) }
        let today = Emoji.normalized(old)
        if let today { try ok(bob, #""op":"reaction.add","number":1,"emoji":"\#(today)""#) }
        let removed = try #require(try ok(bob, #""op":"reaction.remove","number":1,"emoji":"\#(old)""#))
        let data = try #require(try data(removed))
        #expect(data["emoji"]?.string.map { Array($0.utf8) } == Array(old.utf8))
        #expect(try history(of: ada)[0].reactions.map(\.emoji) == [today].compactMap(\.self))
        // The same again finds the other one, or nothing.
        let again = try desk.send(bob, #"{"room":"one","op":"reaction.remove","number":1,"emoji":"\#(old)"}"#)[0]
        #expect(again.problem == (today == nil ? .invalidField : nil))
        #expect(try history(of: ada)[0].reactions.isEmpty)
    }

    @Test func `a reaction is an emoji, and a message has at most twenty of them`() throws {
        try ok(ada, #""op":"message.post","text":"one""#)
        #expect(try problem(ada, #""op":"reaction.add","number":1,"emoji":"+1""#) == .invalidField)
        for scalar in 0..<20 as Range<UInt32> {
            let emoji = String(Unicode.Scalar(0x1F600 + scalar)!)  // the block of faces
            try ok(ada, #""op":"reaction.add","number":1,"emoji":"\#(emoji)""#)
        }
        #expect(try problem(bob, #""op":"reaction.add","number":1,"emoji":"👍""#) == .tooLarge)
        try ok(bob, #""op":"reaction.add","number":1,"emoji":"😀""#)
    }

    @Test(arguments: [
        #""op":"message.edit","number":1,"text":"x""#, #""op":"message.delete","number":1"#,
        #""op":"reaction.add","number":1,"emoji":"👍""#, #""op":"reaction.remove","number":1,"emoji":"👍""#,
        #""op":"settings.update","notifications":"none""#,
    ])
    func `in a room that is not there, none of it can be done`(fields: String) throws {
        #expect(try desk.problem(ada, #"{"room":"two",\#(fields)}"#) == .noSuchRoom)
    }
}
