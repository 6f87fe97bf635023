import ApusChat
import ApusSQLite
import ApusTestKit
import ApusWire
import Foundation

/// A folder that goes with the test.
final class Folder: ConformanceEngine {
    let url: URL
    private let longestTail: Int?

    init(longestTail: Int? = nil) throws {
        self.longestTail = longestTail
        url = FileManager.default.temporaryDirectory.appending(path: "apus-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)  // what is left in a temporary folder hurts nobody
    }

    var database: String { url.appending(path: "apus.sqlite").path }

    func sqlite() throws -> SQLiteStore {
        let store =
            try longestTail.map { try SQLiteStore(path: database, longestTail: $0) }
            ?? SQLiteStore(path: database)
        try store.beginEpoch(at: Timestamp(milliseconds: 0))
        return store
    }

    func open() throws -> any ChatStore { try sqlite() }
}
