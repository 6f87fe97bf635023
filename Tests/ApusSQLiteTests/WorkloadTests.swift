import ApusCore
import ApusTestKit
import ApusWire
import Foundation
import GRDB
import Testing

@testable import ApusChat
@testable import ApusSQLite

struct WorkloadTests {
    /// The connection does not check foreign keys on every insert, so a test does it for all of them.
    @Test func `after whatever commands, every key points somewhere and every count is right`() throws {
        let store = try Folder().sqlite()
        var users: [Identity] = []
        _ = try store.write { transaction in
            for name in ["ada", "bob", "cyd"] {
                try transaction.insertUser(NewUser(id: "u_\(name)", name: name, role: .member, password: nil))
                if let user = try transaction.user(named: name) { users.append(user) }
            }
        }
        let desk = try Writing(store)
        let wanted = ProcessInfo.processInfo.environment["APUS_SEED"].flatMap { UInt64($0) }
        let seed = wanted ?? .random(in: 0...(.max))
        print("workload with APUS_SEED=\(seed)")
        var random = Scrambler(seed: seed)
        for round in 0..<60 {
            let group = (0..<8).map { index -> WriterWork in
                let room = "room\(Int.random(in: 0..<4, using: &random))"
                let number = Int.random(in: 0..<9, using: &random)
                let fields =
                    [
                        #""op":"room.create","kind":"public","room":"\#(room)""#,
                        #""op":"room.join","room":"\#(room)""#,
                        #""op":"room.leave","room":"\#(room)""#, #""op":"message.post","room":"\#(room)","text":"hi""#,
                        #""op":"read","room":"\#(room)","number":\#(number)"#,
                        #""op":"message.post","room":"\#(room)""#,
                    ].randomElement(using: &random) ?? ""
                let user = users.randomElement(using: &random) ?? users[0]
                return desk.submission(user, [#"{"id":"\#(round)-\#(index)",\#(fields)}"#])
            }
            #expect(desk.run(group + [.receipts]).count == 8)
        }
        try store.pool.read { database in
            let dangling = try Row.fetchAll(database, sql: "PRAGMA foreign_key_check")
            #expect(dangling.isEmpty, "seed \(seed)")
            let integrity = try String.fetchOne(database, sql: "PRAGMA integrity_check")
            #expect(integrity == "ok", "seed \(seed)")
            for (what, sql) in [
                ("seqs without a gap", "SELECT (SELECT count(*) FROM event) = (SELECT max(seq) FROM event)"),
                (
                    "numbers without a gap",
                    """
                    SELECT min(n = last) FROM (SELECT count(*) n, max(number) last FROM current_message GROUP BY room)
                    """
                ),
                (
                    "members counted",
                    """
                    SELECT min(n = members) FROM (SELECT members,
                        (SELECT count(*) FROM member m WHERE m.room = key AND since IS NOT NULL) n FROM room)
                    """
                ),
                (
                    "one open stay for each member",
                    """
                    SELECT (SELECT count(*) FROM stay WHERE last_seq IS NULL)
                         = (SELECT count(*) FROM member WHERE since IS NOT NULL)
                    """
                ),
            ] {
                let holds = try Bool.fetchOne(database, sql: sql)
                #expect(holds == true, "\(what), seed \(seed)")
            }
        }
    }
}
