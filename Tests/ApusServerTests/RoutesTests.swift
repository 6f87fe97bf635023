import ApusServer
import ApusTestKit
import Foundation
import Testing

struct RoutesTests {
    /// What `openapi.yaml` has: a path on a line of its own, indented by two, then methods, indented by four.
    private static func documented() throws -> Set<String> {
        let file = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../Protocol/openapi.yaml")
        let text = try String(contentsOf: file.standardizedFileURL, encoding: .utf8)
        var (routes, path): (Set<String>, String) = ([], "")
        for line in text.components(separatedBy: "\ncomponents:")[0].split(separator: "\n") {
            if let match = line.wholeMatch(of: /[ ]{2}(\/\S*):/) { path = String(match.1) }
            if let match = line.wholeMatch(of: /[ ]{4}(get|post|put|patch|delete|head|options):/) {
                routes.insert("\(match.1.uppercased()) \(path)")
            }
        }
        return routes
    }

    @Test func `openapi.yaml has every route of the server, and no other`() async throws {
        try await TestServer.run { server in
            // These are hot, and are served before the router.
            let hot = ["GET /v1/stream", "POST /v1/stream", "POST /v1/commands"]
            let served = await server.server.routes + hot
            let documented = try Self.documented()
            #expect(documented.symmetricDifference(served) == [])
        }
    }
}
