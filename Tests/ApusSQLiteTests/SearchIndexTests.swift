import ApusCore
import ApusWire
import Foundation
import GRDB
import Testing

@testable import ApusChat
@testable import ApusSQLite

/// What becomes of the index when texts change, and of an old database.
struct SearchIndexTests {
    private let folder: Folder
    private let store: SQLiteStore
    private let ada: UserKey
    private let room: Room
    private let at = Timestamp(milliseconds: 0)

    init() throws {
        folder = try Folder()
        store = try folder.sqlite()
        (ada, room) = try Self.write(store) { transaction in
            let ada = try transaction.insertUser(NewUser(id: "u_ada", name: "ada", role: .member, password: nil))
            let room = try transaction.insertRoom(NewRoom(slug: "one", name: "one"), by: ada)
            try transaction.beginStay(of: ada, in: room.key, as: .member, at: 1)
            return (ada, room)
        }
    }

    private static func write<T>(_ store: SQLiteStore, _ body: (any ChatTransaction) throws -> T) throws -> T {
        var result: T?
        _ = try store.write { result = try body($0) }
        return try #require(result)
    }

    private func post(_ text: String, _ seq: Int64, in transaction: any ChatTransaction) throws {
        try append(
            "message.created", ["number": .integer(seq), "text": .string(text)], seq, number: seq, in: transaction)
    }

    /// Posts in transactions of ten, each indexed by itself, so that the index has many parts.
    private func post(_ texts: [String]) throws {
        for start in stride(from: 0, to: texts.count, by: 10) {
            _ = try store.write { transaction in
                for offset in start..<min(start + 10, texts.count) {
                    try post(texts[offset], Int64(offset + 1), in: transaction)
                }
                while try transaction.indexMessages(within: .seconds(1), newest: true) {}
            }
        }
    }

    private func append(
        _ type: String, _ data: JSONObject, _ seq: Int64, number: Int64? = nil, about: Int64? = nil,
        in transaction: any ChatTransaction
    ) throws {
        try transaction.append(
            LogEvent(
                seq: seq, audience: .room(room.key), type: type, room: room.slug, by: "u_ada", at: at, id: nil,
                data: JSONValue.object(data).encoded, number: number, about: about), by: ada)
    }

    /// Edits a message, or deletes it.
    private func change(_ number: Int64, to new: String?, in transaction: any ChatTransaction) throws {
        let message = try #require(try transaction.message(number, in: room))
        let seq = transaction.head + 1
        if let new {
            try append("message.updated", ["text": .string(new)], seq, about: message.created, in: transaction)
            try transaction.editMessage(message, to: new, at: at, seq: seq)
        } else {
            try append("message.deleted", [:], seq, about: message.created, in: transaction)
            _ = try transaction.deleteMessage(message, at: at, seq: seq)
        }
    }

    private func found(_ query: String, in store: SQLiteStore? = nil) throws -> [Int64] {
        let request = SearchRequest(try SearchQuery(query), by: ada, limit: 100, within: .seconds(60))
        return try #require(try (store ?? self.store).search(request)).results.map(\.message.number)
    }

    /// What FTS5 itself proposes, whatever the texts say.
    private func proposed(_ query: String) throws -> Int {
        let match = SearchTerms.match(try SearchQuery(query), in: [room.key], by: nil)
        return try store.pool.read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM search WHERE search MATCH ?", arguments: [match]) ?? -1
        }
    }

    @Test func `an edited message is found by its new text only, a deleted one by nothing`() throws {
        try post(["first words", "second words", "third 天气"])
        _ = try store.write { transaction in
            try change(1, to: "other phrases", in: transaction)
            try change(3, to: nil, in: transaction)
        }
        #expect(try found("words") == [2])
        #expect(try found("phrases") == [1])
        #expect(try found("天") == [])
        #expect(try ["first", "third", "天气"].map(proposed) == [0, 0, 0])
        #expect(try ["words", "second", "other"].map(proposed) == [1, 1, 1])
        _ = try store.write { try change(1, to: "first words", in: $0) }
        #expect(try found("words") == [2, 1])
    }

    @Test func `an edit leaves the upkeep nothing to do: what it said before stays in the log, too`() throws {
        try post(["first words", "second words"])
        try #require(try purge(store) >= 1)
        _ = try store.write { try change(1, to: "other phrases", in: $0) }
        #expect(try Self.write(store) { try $0.purgeIndex(within: .zero) } == .nothingToDo)
        _ = try store.write { try change(1, to: nil, in: $0) }
        #expect(try Self.write(store) { try $0.purgeIndex(within: .zero) } == .unfinished)
    }

    @Test func `a message that changes before it is indexed comes into the index once, as it is then`() throws {
        _ = try store.write { transaction in
            for (index, text) in ["old text", "old news"].enumerated() {
                try post(text, Int64(index + 1), in: transaction)
            }
            try change(1, to: "new text", in: transaction)
            try change(2, to: nil, in: transaction)
            while try transaction.indexMessages(within: .seconds(1), newest: true) {}
        }
        #expect(try ["old", "new"].map(proposed) == [0, 1])
        #expect(try found("new") == [1])
        #expect(try store.unindexedMessages(limit: 10) == 0)
    }

    // MARK: what deleted text leaves

    /// FTS5 leaves out what a term shares with the one before it, so this is the end of a word.
    private static let secret = "ylophonequark"

    private func fileHoldsSecret() throws -> Bool {
        try store.pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        let wal = FileManager.default.contents(atPath: folder.database + "-wal") ?? Data()
        let file = try Data(contentsOf: URL(filePath: folder.database))
        return file.range(of: Data(Self.secret.utf8)) != nil || wal.range(of: Data(Self.secret.utf8)) != nil
    }

    /// Step by step; returns how many there were, the one that finds nothing left included.
    private func purge(_ store: SQLiteStore) throws -> Int {
        var steps = 1
        while try Self.write(store, { try $0.purgeIndex(within: .zero) }) == .unfinished { steps += 1 }
        return steps
    }

    private func fill() throws {
        let text = "say x\(Self.secret) 魑魅"
        var texts = (1...400).map { "message \($0) about \(String($0 * 7919, radix: 36))" }
        texts[123] = text
        try post(texts)
        try #require(try found("x\(Self.secret)") == [124])
        try #require(try fileHoldsSecret())
    }

    @Test func `after the upkeep no byte of a deleted text is left in the file`() throws {
        try fill()
        _ = try store.write { transaction in
            try change(124, to: nil, in: transaction)
            // In the same transaction: the removal is not written down yet.
            #expect(try transaction.purgeIndex(within: .zero) == .unfinished)
        }
        #expect(try purge(store) >= 1)
        #expect(try !fileHoldsSecret())
        #expect(try found("message").count == 100)
        #expect(try purge(store) == 1)
        _ = try store.write { transaction in
            let transaction = try #require(transaction as? SQLiteTransaction)
            try transaction.run("INSERT INTO search (search) VALUES ('integrity-check')")
        }
    }

    @Test func `an upkeep that was interrupted goes on, and begins again for what was deleted meanwhile`() throws {
        try fill()
        _ = try store.write { transaction in
            try change(1, to: nil, in: transaction)
            _ = try transaction.purgeIndex(within: .zero)
            try change(124, to: nil, in: transaction)
        }
        let again = try SQLiteStore(path: folder.database)
        #expect(try purge(again) >= 3, "the end of the first merge, the beginning and the end of the second")
        #expect(try !fileHoldsSecret())
        #expect(try found("message", in: again).count == 100)
    }

    // MARK: an old database

    @Test func `a database of version 1 is indexed bit by bit, and can be searched and posted to meanwhile`() throws {
        let folder = try Folder()
        do {
            let pool = try DatabasePool(path: folder.database)
            try Schema.migrator.migrate(pool, upTo: "1")
            try pool.write { database in
                try database.execute(
                    sql: """
                        INSERT INTO user (id, name, display_name, role) VALUES ('u_ada', 'ada', 'Ada', 'member');
                        INSERT INTO room (slug, kind, name, topic, history, head, created_by)
                            VALUES ('one', 'public', 'one', '', 'all', 50, 1);
                        INSERT INTO member (room, user, since, role) VALUES (1, 1, 1, 'member');
                        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)
                        INSERT INTO message (room, number, seq, by, at, text) SELECT 1, i, i, 1, 0, '第' || i || '天' FROM n;
                        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)
                        INSERT INTO event (seq, audience, type, by, at, data, number)
                            SELECT i, 1, 'message.created', 1, 0, json_object('text', '第' || i || '天'), i FROM n;
                        """)
            }
        }
        let store = try folder.sqlite()
        #expect(try store.unindexedMessages(limit: 100) == 50)
        #expect(try found("天", in: store) == [])
        #expect(try Self.write(store) { try $0.indexMessages(within: .zero, newest: true) })
        #expect(try found("天", in: store) == [1])
        _ = try store.write { try post("第51天", 51, in: $0) }
        while try Self.write(store, { try $0.indexMessages(within: .milliseconds(1), newest: true) }) {}
        #expect(try found("天", in: store) == (1...51).reversed())
        #expect(try found("第7天", in: store) == [7])
    }

    @Test func `the newest messages may be left for later, and come into the index together`() throws {
        for seq in 1...3 { _ = try store.write { try post("hello", Int64(seq), in: $0) } }
        #expect(try !Self.write(store) { try $0.indexMessages(within: .seconds(1), newest: false) })
        #expect(try store.unindexedMessages(limit: 10) == 3)
        #expect(try Self.write(store) { try $0.indexMessages(within: .zero, newest: true) })
        #expect(try store.unindexedMessages(limit: 10) == 2)
        #expect(try !Self.write(store) { try $0.indexMessages(within: .seconds(1), newest: false) })
        #expect(try store.unindexedMessages(limit: 10) == 0)
    }
}
