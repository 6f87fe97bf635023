/// Loads of several kinds, one after the other, until one fails or all are ended. What came out before is kept: somebody
/// has waited for it.
struct LoadSeries<Result: Sendable>: Sendable {
    private(set) var results: [Result] = []
    /// Why there are not more, unless it was wanted.
    private(set) var failure: (any Error)?

    init<Kind: Sendable>(_ kinds: [Kind], _ run: (Kind) async throws -> Result) async {
        for kind in kinds where results.isEmpty || !Task.isCancelled {
            do {
                results.append(try await run(kind))
            } catch {
                // Ended before it had anything to tell: that is no failure where others have.
                failure = Task.isCancelled && !results.isEmpty ? nil : error
                return
            }
        }
    }
}
