import Foundation
import NIOCore
import Testing

@testable import ApusServer

struct WebFileTests {
    private static let root = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardizedFileURL

    /// Every file of the page and of the browser SDK, from the root of the repository.
    private static func inRepository() -> Set<String> {
        var found: Set<String> = []
        for folder in ["Web", "Clients/browser/src"] {
            let files = FileManager.default.enumerator(atPath: root.appendingPathComponent(folder).path)
            for case let name as String in files ?? .init() {
                var isFolder: ObjCBool = false
                let path = root.appendingPathComponent("\(folder)/\(name)").path
                let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
                // For editors and type checkers, not for browsers.
                let isTooling = name.hasSuffix(".json") || name.hasSuffix(".d.ts")
                if exists, !isFolder.boolValue, !isTooling { found.insert("\(folder)/\(name)") }
            }
        }
        return found
    }

    @Test func `the binary holds every file of the page, and no other`() {
        let embedded = WebFile.embedded().map(\.path)
        #expect(Self.inRepository().symmetricDifference(embedded) == [], "mend Sources/CApusWeb/files.c")
        #expect(embedded.count == Set(embedded).count)
    }

    @Test func `what it holds is what the repository has`() throws {
        for file in WebFile.embedded() {
            let wanted = try Data(contentsOf: Self.root.appendingPathComponent(file.path))
            #expect(Data(file.plain.readableBytesView) == wanted, "\(file.path)")
        }
    }

    @Test(arguments: [
        ("gzip, deflate, br, zstd", true), ("GZIP", true), ("br;q=1.0, gzip;q=0.5", true), ("gzip;q=0", false),
        ("gzip; q=0.0", false), ("deflate", false), ("x-gzipped", false), ("", false), (nil, false),
    ])
    func `gzip is sent to whom takes it`(_ field: String?, _ takes: Bool) {
        #expect(Routes.takesGzip(field) == takes)
    }
}
