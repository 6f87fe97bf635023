import ApusTestKit
import Testing

struct ConformanceTests {
    @Test(arguments: LogConformance.cases, [1, 3, 100_000])
    func `SQLite keeps the log as any engine must, however long the tail`(
        _ one: LogConformance.Case, _ longestTail: Int
    ) throws {
        try one.run(try Folder(longestTail: longestTail))
    }
}
