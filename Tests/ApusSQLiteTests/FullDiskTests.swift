import ApusCore
import ApusTestKit
import ApusWire
import GRDB
import Testing

@testable import ApusChat
@testable import ApusSQLite

/// A disk that takes no more: SQLite is told that the file may not grow.
struct FullDiskTests {
    private let folder: Folder
    private let store: SQLiteStore
    private let ada: Identity

    init() throws {
        folder = try Folder()
        store = try folder.sqlite()
        var user: Identity?
        _ = try store.write {
            try $0.insertUser(NewUser(id: "u_ada", name: "ada", role: .member, password: nil))
            user = try $0.user(named: "ada")
        }
        ada = try #require(user)
    }

    private func setFull(_ isFull: Bool) throws {
        try store.pool.writeWithoutTransaction { database in
            let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            _ = try Int.fetchOne(database, sql: "PRAGMA max_page_count = \(isFull ? pages : 1_000_000)")
        }
    }

    private func append(_ transaction: any ChatTransaction, size: Int = 100_000) throws {
        try transaction.append(
            LogEvent(
                seq: transaction.head + 1, audience: .everyone, type: "test", room: nil, by: "u_ada",
                at: Timestamp(milliseconds: 0), id: nil,
                data: JSONValue.string(String(repeating: "x", count: size)).encoded), by: ada.key)
    }

    @Test func `a write that does not fit has not happened, reading goes on, and writing comes back by itself`() throws
    {
        _ = try store.write { try append($0, size: 10) }
        try setFull(true)
        for _ in 0..<3 {
            #expect(throws: StorageFailure.self) {
                _ = try store.write { transaction in
                    try transaction.savepoint { try append(transaction, size: 10) }
                    try transaction.savepoint { try append(transaction) }
                }
            }
            #expect(try store.head() == 1)
            #expect(try store.credential(tokenHash: [1]) == nil)
        }
        try setFull(false)
        _ = try store.write { try append($0) }
        #expect(try store.head() == 2)
    }

    @Test func `everybody who waits for a write that fails is told so, and may try again`() throws {
        let desk = try Writing(store)
        _ = desk.run([desk.submission(ada, [#"{"id":"r","op":"room.create","kind":"public","room":"one"}"#])])
        let head = try store.head()
        try setFull(true)
        let text = String(repeating: "x", count: 9999)
        let posts = (0..<30).map { #"{"id":"a\#($0)","op":"message.post","room":"one","text":"\#(text)"}"# }
        let group = [desk.submission(ada, [posts[0]]), desk.submission(ada, Array(posts[1...]))]
        let replies = desk.run(group)
        #expect(replies.map(\.id) == (0..<30).map { "a\($0)" })
        let problems = replies.compactMap { if case .failure(let problem) = $0.result { problem } else { nil } }
        #expect(
            problems.map(\.code) == [.storageUnavailable, .storageUnavailable]
                + Array(repeating: .notTried, count: 28))
        #expect(problems.allSatisfy { $0.code.isRetryable })
        #expect(try store.head() == head)
        try setFull(false)
        let again = desk.run(group)
        #expect(again.map { try? $0.result.get()["number"] } == (1...30).map { .integer($0) })
        #expect(again.allSatisfy { (try? $0.result.get()["repeated"]) == .some(nil) })
    }

    @Test func `a command that the database refuses fails alone`() throws {
        let desk = try Writing(store)
        let stranger = Identity(key: ada.key, id: "u_ada", name: "ada", displayName: "Ada")
        let replies = desk.run([
            desk.submission(ada, [#"{"id":"r","op":"room.create","kind":"public","room":"one"}"#]),
            desk.submission(stranger, [#"{"id":"s","op":"room.create","kind":"public","room":"one"}"#]),
            .job(
                WriteJob(
                    run: { transaction in
                        // The name is taken: SQLite refuses the statement, not the transaction.
                        try transaction.insertUser(NewUser(id: "u_2", name: "ada", role: .member, password: nil))
                        return []
                    }, done: { result in #expect(throws: DatabaseError.self) { try result.get() } })),
            desk.submission(ada, [#"{"id":"m","op":"message.post","room":"one","text":"hi"}"#]),
        ])
        #expect(replies.map { if case .success = $0.result { true } else { false } } == [true, false, true])
        #expect(try store.head() == 3)
    }
}
