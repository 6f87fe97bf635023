import ApusCore
@testable import ApusTestKit
import ApusWire
import Foundation
import GRDB
import Testing

@testable import ApusChat
@testable import ApusSQLite

struct PurgingTests {
    @Test func `the writer's connection overwrites what it frees`() throws {
        let store = try Folder().sqlite()
        let isOn = try store.pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA secure_delete") }
        #expect(isOn == 1)
    }

    /// Long and short texts, edits that make them longer and shorter, deletions in between: pages fill, split and are
    /// written over, and every copy that anything of it leaves of a deleted text would be found.
    @Test func `no byte of a deleted text is in the files any more`() throws {
        let folder = try Folder()
        let store = try folder.sqlite()
        var users: [Identity] = []
        _ = try store.write {
            try $0.insertUser(NewUser(id: "u_ada", name: "ada", role: .member, password: nil))
            if let user = try $0.user(named: "ada") { users.append(user) }
        }
        var limits = ChatLimits()
        limits.commandsPerSecond = 0
        let desk = try Writing(store, limits: limits)
        let seed = ProcessInfo.processInfo.environment["APUS_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...(.max))
        print("purging with APUS_SEED=\(seed)")
        var random = Scrambler(seed: seed)
        var kept: [Int: [String]] = [:]
        var deleted: [String] = []
        var count = 0
        _ = desk.run([desk.submission(users[0], [#"{"id":"r","op":"room.create","kind":"public","room":"one"}"#])])
        for round in 0..<250 {
            let commands = (0..<10).map { index -> String in
                let word = "w\(String(random.next(), radix: 36))w"
                let text = String(
                    repeating: word + " ", count: [1, 1, 3, 10, 60, 400].randomElement(using: &random) ?? 1)
                let id = #""id":"\#(round)-\#(index)","room":"one""#
                let message = kept.keys.sorted().randomElement(using: &random)
                switch (Int.random(in: 0..<10, using: &random), message) {
                case (6...7, let message?):
                    kept[message]?.append(word)
                    return #"{\#(id),"op":"message.edit","number":\#(message),"text":"\#(text)"}"#
                case (8...9, let message?):
                    deleted += kept.removeValue(forKey: message) ?? []
                    return #"{\#(id),"op":"message.delete","number":\#(message)}"#
                default:
                    count += 1
                    kept[count] = [word]
                    return #"{\#(id),"op":"message.post","text":"\#(text)"}"#
                }
            }
            let replies = desk.run([desk.submission(users[0], commands)])
            #expect(replies.allSatisfy { if case .success = $0.result { true } else { false } }, "seed \(seed)")
        }
        let wiped = try store.wipe()
        #expect(wiped)
        let main = try Data(contentsOf: URL(filePath: folder.database))
        #expect(try Data(contentsOf: URL(filePath: folder.database + "-wal")).isEmpty)
        #expect(deleted.count > 300 && kept.count > 100)
        let found = words(in: main)
        #expect(kept.values.joined().allSatisfy(found.contains), "seed \(seed)")
        #expect(deleted.filter(found.contains) == [], "seed \(seed)")
    }

    /// Every `w…w` of the file.
    private func words(in data: Data) -> Set<String> {
        let runs = data.split { !(0x30...0x39).contains($0) && !(0x61...0x7A).contains($0) }
        return Set(
            runs.filter { $0.count > 8 && $0.first == 0x77 && $0.last == 0x77 }.map {
                String(decoding: $0, as: UTF8.self)
            })
    }

    /// Rows that shrink make SQLite move their neighbours, and copies of those stay behind: too rarely to be found above.
    @Test func `what is purged takes as many bytes as before`() throws {
        let store = try Folder().sqlite()
        let bench = Workbench(store)
        let ada = try bench.user("ada")
        let room = try bench.room("one", by: ada)
        for size in [1, 2, 3, 4, 100, 10_000] { try bench.post(String(repeating: "ü", count: size), in: room, by: ada) }
        func sizes() throws -> [Int] {
            try store.pool.read {
                try Int.fetchAll($0, sql: "SELECT length(CAST(data AS BLOB)) FROM event ORDER BY seq")
            }
        }
        let before = try sizes()
        for number in 1...6 as ClosedRange<Int64> { _ = try bench.delete(number, in: room, by: ada) }
        #expect(try Array(sizes().prefix(6)) == before)
    }

    @Test func `a reader that is in the way of wiping is not waited for, and wiping succeeds after it`() throws {
        let folder = try Folder()
        let store = try folder.sqlite()
        func write() throws {
            _ = try store.write {
                _ = try $0.insertUser(NewUser(name: OpaqueID.make(length: 8), role: .member, password: nil))
            }
        }
        try write()
        var configuration = Configuration()
        configuration.readonly = true
        let reader = try DatabaseQueue(path: folder.database, configuration: configuration)
        let (wiped, time) = try reader.read { database -> (Bool, Duration) in
            _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM user")
            try write()
            var wiped = true
            let time = try ContinuousClock().measure { wiped = try store.wipe() }
            return (wiped, time)
        }
        #expect(!wiped)
        #expect(time < .seconds(2))
        let after = try store.wipe()
        #expect(after)
        try write()
    }

    @Test func `what a killed writer has left is wiped when the file is opened again`() throws {
        let folder = try Folder()
        let store = try folder.sqlite()
        _ = try store.write { try $0.touch() }
        let other = try Folder()
        for end in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: folder.database + end, toPath: other.database + end)
        }
        #expect(try !Data(contentsOf: URL(filePath: other.database + "-wal")).isEmpty)
        let again = try SQLiteStore(path: other.database)
        #expect(try Data(contentsOf: URL(filePath: other.database + "-wal")).isEmpty)
        #expect(try again.epochs().count == 1)
    }
}
