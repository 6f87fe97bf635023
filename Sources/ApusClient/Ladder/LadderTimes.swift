/// The ladder's numbers; docs/client.md gives the reason of each.
enum LadderTimes {
    static let attempt: Milliseconds = 10_000
    static let check: Milliseconds = 3_000
    static let silence: Milliseconds = 30_000
    static let settled: Milliseconds = 10_000
    static let snapshot: Milliseconds = 30_000
    /// Ticks leave the server 500 ms apart; closer than this, something held the first one back.
    static let spacing: Milliseconds = 200
    /// A deadline that is missed by more was slept over, or held up by a browser that slows its hidden tabs.
    static let sleep: Milliseconds = 5_000

    /// The longest that the server is obeyed when it names a time to come back after, and that anybody else is.
    static let longestRetry: Milliseconds = 86_400_000
    static let longestRetryOfOthers: Milliseconds = 300_000

    static let strikeWindow: Milliseconds = 120_000
    static let strikes = 3
    static let avoidance: Milliseconds = 30_000
    static let longestAvoidance: Milliseconds = 1_800_000
    static let workedFor: Milliseconds = 7 * 86_400_000
    static let failedFor: Milliseconds = 1_800_000

    static let climbs: [Milliseconds] = [5_000, 25_000, 90_000]
    static let laterClimbs: Milliseconds = 600_000

    static let waitSeconds = 25
    /// An empty answer to a waiting poll that comes sooner did not wait; asking at once again would be a flood.
    static let shortestWait: Milliseconds = 1_000
    static let visibleInterval: Milliseconds = 2_000
    static let hiddenInterval: Milliseconds = 60_000

    /// How long WebSocket races alone.
    static func headStart(roundTrip: Milliseconds?, worked: Bool) -> Milliseconds {
        guard let roundTrip else { return worked ? 2_000 : 1_500 }
        return min(max(4 * roundTrip + 500, 1_000), 2_500)
    }
}
