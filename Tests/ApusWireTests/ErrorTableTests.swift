import ApusWire
import Foundation
import Testing

/// `Protocol/error-codes.json` against the tables in code, in both directions: as sets of whole rows.
struct ErrorTableTests {
    struct Table: Decodable {
        struct Problem: Decodable, Hashable {
            let code: String
            let status: Int
            let retryable: Bool
            let title: String
        }

        struct Close: Decodable {
            let code: UInt16
            let name: String
            let reconnect: Bool
            let countsAgainstTransport: Bool
            let meaning: String

            enum CodingKeys: String, CodingKey {
                case code, name, reconnect, meaning
                case countsAgainstTransport = "counts_against_transport"
            }
        }

        let problems: [Problem]
        let closes: [Close]
    }

    let table: Table

    init() throws {
        table = try JSONDecoder().decode(Table.self, from: try Vectors.data("error-codes.json"))
    }

    @Test func `every problem is listed as the code has it, and no other`() {
        let coded = ProblemCode.allCases.map {
            Table.Problem(code: $0.rawValue, status: $0.status, retryable: $0.isRetryable, title: $0.title)
        }
        #expect(Set(table.problems).symmetricDifference(coded) == [])
        #expect(table.problems.count == ProblemCode.allCases.count)
    }

    @Test func `every close code is listed as the code has it, and no other`() throws {
        #expect(table.closes.map(\.code).sorted() == CloseCode.allCases.map(\.rawValue).sorted())
        for row in table.closes {
            let code = try #require(CloseCode(rawValue: row.code))
            #expect(row.name == code.name)
            #expect(row.reconnect == code.reconnects, "\(row.name)")
            #expect(row.countsAgainstTransport == code.countsAgainstTransport, "\(row.name)")
            #expect(row.meaning.hasSuffix("."), "\(row.name) says what it means in a sentence")
        }
    }

    @Test func `names of close codes are unique`() {
        #expect(Set(CloseCode.allCases.map(\.name)).count == CloseCode.allCases.count)
    }

    /// RFC 6455 section 7.4.2 leaves 4000…4999 to applications.
    @Test func `close codes are either the RFC's or private`() {
        for code in CloseCode.allCases {
            #expect((1000...1011).contains(code.rawValue) || (4000...4999).contains(code.rawValue))
        }
    }
}
