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
        let embedded = WebFile.sources().map(\.path)
        #expect(Self.inRepository().symmetricDifference(embedded) == [], "mend Sources/CApusWeb/files.c")
        #expect(embedded.count == Set(embedded).count)
    }

    @Test func `what it holds is what the repository has`() throws {
        for (path, bytes) in WebFile.sources() {
            let wanted = try Data(contentsOf: Self.root.appendingPathComponent(path))
            #expect(Data(bytes.readableBytesView) == wanted, "\(path)")
        }
    }

    @Test func `a browser gets the SDK as one module of 15 KiB, and every module of it`() throws {
        let served = WebFile.embedded().filter { $0.path.hasPrefix(SDKBundle.folder) }
        #expect(served.map(\.path) == ["Clients/browser/src/apus.js"])
        let bundle = try #require(served.first)
        #expect(try #require(bundle.gzipped).readableBytes <= 15 * 1_024)
        let lines = Set(String(buffer: bundle.plain).split(separator: "\n"))
        #expect(!lines.contains { $0.hasPrefix("//") || $0.hasPrefix("/*") || $0.hasPrefix("import ") })
        #expect(lines.filter { $0.hasPrefix("export ") }.count == 3)
        for (path, bytes) in WebFile.sources() where path.hasPrefix(SDKBundle.folder) {
            for line in JavaScript.code(of: String(buffer: bytes)) where !line.hasSuffix(".js\";") {
                let bare = line.drop { $0 == " " }
                let isThere = lines.contains(bare) || lines.contains(bare.dropFirst("export ".count))
                #expect(isThere, "\(path): \(line)")
            }
        }
    }

    @Test func `only whole lines count as comments`() {
        let source = """
            // one
            const a = "// two"; // three
              /** four */
            /**
             * five
             */
            const b = /** @type {any} */ (a);

            const c = "/** six";
            """
        #expect(
            JavaScript.code(of: source) == [
                "const a = \"// two\"; // three", "const b = /** @type {any} */ (a);", "const c = \"/** six\";",
            ])
    }

    @Test(arguments: [
        ("gzip, deflate, br, zstd", true), ("GZIP", true), ("br;q=1.0, gzip;q=0.5", true), ("gzip;q=0", false),
        ("gzip; q=0.0", false), ("deflate", false), ("x-gzipped", false), ("", false), (nil, false),
    ])
    func `gzip is sent to whom takes it`(_ field: String?, _ takes: Bool) {
        #expect(Routes.takesGzip(field) == takes)
    }
}
