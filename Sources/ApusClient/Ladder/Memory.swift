/// What the ladder knows of one endpoint from earlier. It only reorders attempts, it never excludes one.
public struct Memory: Sendable, Equatable {
    /// When each transport last worked, and when it was last given up for a worse one, in milliseconds since 1970.
    public var worked: [Transport: Milliseconds]
    public var failed: [Transport: Milliseconds]

    public init(worked: [Transport: Milliseconds] = [:], failed: [Transport: Milliseconds] = [:]) {
        self.worked = worked
        self.failed = failed
    }

    func hasWorked(_ transport: Transport, _ wall: Milliseconds) -> Bool {
        Self.isFresh(worked[transport], wall, LadderTimes.workedFor)
    }

    func hasFailed(_ transport: Transport, _ wall: Milliseconds) -> Bool {
        Self.isFresh(failed[transport], wall, LadderTimes.failedFor)
    }

    /// A time that is still to come was written by a clock that has been set back since: it says nothing.
    private static func isFresh(_ then: Milliseconds?, _ wall: Milliseconds, _ span: Milliseconds) -> Bool {
        guard let then else { return false }
        return (0..<span).contains(wall - then)
    }
}
