import Foundation
import Testing

/// The inputs of `Tests/Fuzz`: seeds, and everything that ever broke a rule.
struct ReplayTests {
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    struct Input: Sendable, CustomTestStringConvertible {
        let kind: HostileInput
        let name: String
        let bytes: [UInt8]
        var testDescription: String { "\(kind.rawValue)/\(name)" }
    }

    /// All inputs; a kind without any would check nothing, so it is an error.
    static func inputs() throws -> [Input] {
        let corpus = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../Fuzz").standardized
        return try HostileInput.allCases.flatMap { kind in
            let folder = corpus.appendingPathComponent(kind.rawValue)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            guard !names.isEmpty else { throw Missing(description: "no input in \(folder.path)") }
            return try names.map { name in
                Input(kind: kind, name: name, bytes: Array(try Data(contentsOf: folder.appendingPathComponent(name))))
            }
        }
    }

    @Test(arguments: try inputs())
    func `what once broke a rule keeps it now`(_ input: Input) throws {
        try input.kind.check(input.bytes)
    }
}
