import ApusWire
import Foundation
import Testing

@testable import ApusClient

struct ClientFileTests {
    private static func inFolder(_ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "apus-file-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder + "/client.json")
    }

    private static func saved() throws -> Saved {
        var outbox = Outbox()
        let fields: JSONObject = ["id": "a", "op": "message.post", "room": "general", "text": "hé\n"]
        _ = outbox.handle(.add(Command(id: "a", op: "message.post", fields: fields)), now: 0, draw: { 0 })
        var saved = Saved()
        saved.cursor = Cursor(epoch: "e1", seq: 7)
        saved.memory = Memory(worked: [.webSocket: 5], failed: [.sse: 6])
        saved.entries = outbox.entries
        return saved
    }

    @Test func `what is written is read again, by whoever comes next`() throws {
        try Self.inFolder { path in
            let saved = try Self.saved()
            do {
                let file = try ClientFile(path)
                #expect(try file.read() == Saved())
                try file.write(Saved())
                try file.write(saved)
                // The second one is kept out, and its end does not let go of the first one's lock.
                #expect(throws: ClientError.self) { try ClientFile(path) }
                #expect(throws: ClientError.self) { try ClientFile(path) }
            }
            #expect(try ClientFile(path).read() == saved)
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
            #expect(!FileManager.default.fileExists(atPath: path + ".new"))
        }
    }

    @Test(arguments: ["", "{}", "[1]", #"{"apus_client":1,"outbox":[{}]}"#, #"{"apus_client":2}"#, "not JSON"])
    func `a file that is something else is not overwritten but refused`(_ text: String) throws {
        try Self.inFolder { path in
            try text.write(toFile: path, atomically: false, encoding: .utf8)
            let file = try ClientFile(path)
            #expect(throws: ClientError.self) { try file.read() }
        }
    }

    @Test func `a folder that is not there is told`() throws {
        #expect(throws: ClientError.self) { try ClientFile("/nowhere/at/all/client.json") }
    }
}
