import ApusTestKit
import Testing

struct ConformanceTests {
    @Test(arguments: LogConformance.cases)
    func `SQLite keeps the log as any engine must`(_ one: LogConformance.Case) throws {
        try one.run(try Folder())
    }
}
