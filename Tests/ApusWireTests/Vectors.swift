import ApusWire
import Foundation
import Testing

/// The files of `Protocol/`, read by Foundation so that no codec under test checks itself.
enum Vectors {
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    /// A list of vectors: the whole file, or its member `list`. An empty one would test nothing, so it is an error.
    static func load<Vector: Decodable>(_ file: String, _ list: String? = nil) throws -> [Vector] {
        let data = try data("vectors/\(file).json")
        let vectors: [Vector]
        if let list {
            let decoder = JSONDecoder()
            decoder.userInfo[Picked<Vector>.key] = list
            vectors = try decoder.decode(Picked<Vector>.self, from: data).vectors
        } else {
            vectors = try JSONDecoder().decode([Vector].self, from: data)
        }
        guard !vectors.isEmpty else { throw Missing(description: "\(file).json \(list ?? "") holds no vector") }
        return vectors
    }

    /// `Protocol/` lies beside one of the folders above this file, through a symlink or not.
    static func data(_ path: String) throws -> Data {
        for start in [#filePath, URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().path] {
            var folder = URL(fileURLWithPath: start)
            while folder.path != "/" {
                folder.deleteLastPathComponent()
                let file = folder.appendingPathComponent("Protocol/\(path)")
                if FileManager.default.fileExists(atPath: file.path) { return try Data(contentsOf: file) }
            }
        }
        throw Missing(description: "no Protocol/\(path) above \(#filePath)")
    }
}

/// One named list out of a vector file that holds several.
private struct Picked<Vector: Decodable>: Decodable {
    static var key: CodingUserInfoKey { CodingUserInfoKey(rawValue: "list")! }  // no raw value is ever refused

    struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    let vectors: [Vector]

    init(from decoder: any Decoder) throws {
        let list = decoder.userInfo[Self.key] as? String ?? ""
        let container = try decoder.container(keyedBy: Name.self)
        vectors = try container.decode([Vector].self, forKey: Name(stringValue: list))
    }
}

/// What goes over the wire in a vector: `text`, or `hex` where it is not UTF-8.
struct WireText: Decodable, Sendable, CustomTestStringConvertible {
    let name: String?
    let text: String?
    let hex: String?
    let value: Plain?

    var testDescription: String { name ?? text ?? "" }

    var bytes: [UInt8] {
        get throws {
            if let text { return Array(text.utf8) }
            guard let hex, hex.count.isMultiple(of: 2) else {
                throw Vectors.Missing(description: "\(testDescription): neither text nor hex")
            }
            let digits = Array(hex)
            return try stride(from: 0, to: digits.count, by: 2).map { index in
                guard let byte = UInt8(String(digits[index...index + 1]), radix: 16) else {
                    throw Vectors.Missing(description: "\(testDescription): \(hex) is not hexadecimal")
                }
                return byte
            }
        }
    }
}
