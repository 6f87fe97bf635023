import ApusCore
import ApusTestKit
import ApusWire
import Foundation
import Testing

@testable import ApusChat
@testable import ApusSQLite

/// Search against looking through every text for the query. The texts are made of pieces whose meaning is known, so the
/// comparison takes nothing from what it tests.
struct SearchRandomTests {
    private enum Piece {
        case letter(String, folded: String)
        case dense(String, folded: String)
        case symbol(String, folded: String)
        case separator(String)

        var text: String {
            switch self {
            case .letter(let text, _), .dense(let text, _), .symbol(let text, _), .separator(let text): text
            }
        }
    }

    private static let pieces: [Piece] = [
        .letter("a", folded: "a"), .letter("B", folded: "b"), .letter("é", folded: "e"), .letter("ｃ", folded: "c"),
        .letter("и", folded: "и"), .letter("7", folded: "7"), .letter("ß", folded: "ss"), .letter("a", folded: "a"),
        .dense("天", folded: "天"), .dense("气", folded: "气"), .dense("ｶﾞ", folded: "ガ"), .dense("𠮷", folded: "𠮷"),
        .dense("한", folded: "한"), .dense("ก", folded: "ก"), .dense("㍿", folded: "株式会社"),
        .symbol("🎉", folded: "🎉"), .symbol("👍🏽", folded: "👍"), .separator(" "), .separator("，"), .separator("-"),
    ]

    /// Words in brackets, a mark before each dense character that follows no other.
    private static func plain(_ pieces: [Piece]) -> String {
        var result = ""
        var isInWord = false
        var isAfterDense = false
        for piece in pieces {
            if case .letter = piece {
            } else if isInWord {
                result += ">"
                isInWord = false
            }
            switch piece {
            case .letter(_, let folded):
                result += isInWord ? folded : "<" + folded
                isInWord = true
                isAfterDense = false
            case .dense(_, let folded):
                result += isAfterDense ? folded : "|" + folded
                isAfterDense = true
            case .symbol(_, let folded):
                result += "(\(folded))"
                isAfterDense = false
            case .separator: isAfterDense = false
            }
        }
        return result + (isInWord ? ">" : "")
    }

    /// Whether a text holds a query that is written in one piece.
    private static func matches(_ query: [Piece], _ text: String) -> Bool {
        var wanted = plain(query)
        if wanted.hasPrefix("|") { wanted.removeFirst() }
        if wanted.hasSuffix(">"), let start = wanted.lastIndex(of: "<"),
            wanted[start...].unicodeScalars.count >= 4  // the brackets, and two letters
        {
            wanted.removeLast()
        }
        return text.contains(wanted)
    }

    @Test func `search finds exactly what looking through all texts finds`() throws {
        let seed = ProcessInfo.processInfo.environment["APUS_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...(.max))
        print("search with APUS_SEED=\(seed)")
        var random = Scrambler(seed: seed)
        func run(_ lengths: ClosedRange<Int>, from pieces: [Piece]) -> [Piece] {
            (0..<Int.random(in: lengths, using: &random)).compactMap { _ in pieces.randomElement(using: &random) }
        }
        let texts = (0..<300).map { _ in run(1...25, from: Self.pieces) }
        let store = try Folder().sqlite()
        var ada: UserKey?
        _ = try store.write { transaction in
            let user = try transaction.insertUser(NewUser(id: "u_ada", name: "ada", role: .member, password: nil))
            let room = try transaction.insertRoom(NewRoom(slug: "one", name: "one"), by: user)
            try transaction.beginStay(of: user, in: room.key, as: .member, at: 1)
            for (index, text) in texts.enumerated() {
                let (seq, text) = (Int64(index) + 1, text.map(\.text).joined())
                let at = Timestamp(milliseconds: 0)
                try transaction.append(
                    LogEvent(
                        seq: seq, audience: .room(room.key), type: "message.created", room: "one", by: "u_ada", at: at,
                        id: nil, data: JSONValue.object(["text": .string(text)]).encoded, number: seq), by: user)
            }
            while try transaction.indexMessages(within: .seconds(1), newest: true) {}
            ada = user
        }
        let user = try #require(ada)
        let plain = texts.map(Self.plain)
        let solid = Self.pieces.filter { if case .separator = $0 { false } else { true } }
        var hits = 0
        for _ in 0..<600 {
            // Half of them out of a text, so that something is found.
            var query = run(1...5, from: solid)
            if Bool.random(using: &random), let text = texts.randomElement(using: &random) {
                let start = Int.random(in: 0..<text.count, using: &random)
                let cut = text[start...].prefix(Int.random(in: 1...6, using: &random))
                query = Array(cut.prefix { if case .separator = $0 { false } else { true } })
            }
            if query.isEmpty { continue }
            let text = query.map(\.text).joined()
            let expected = plain.indices.filter { Self.matches(query, plain[$0]) }.reversed().map { Int64($0) + 1 }
            let request = SearchRequest(try SearchQuery(text), by: user, limit: 1000, within: .seconds(60))
            let found = try #require(try store.search(request)).results.map(\.message.created)
            hits += found.count
            #expect(found == expected, "\(text), seed \(seed)")
        }
        #expect(hits > 1000, "seed \(seed)")
    }
}
