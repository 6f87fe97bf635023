import ApusServer
import Testing

@testable import apus

struct LoadSeriesTests {
    private struct Broken: Error {}

    @Test func `what came out before a failure is kept, and the failure told`() async {
        let series = await LoadSeries([1, 2, 3]) { kind in
            if kind == 2 { throw Broken() }
            return kind * 10
        }
        #expect(series.results == [10])
        #expect(series.failure is Broken)
    }

    @Test func `where nothing came out there is only the failure`() async {
        let series = await LoadSeries([1]) { _ -> Int in throw Broken() }
        #expect(series.results.isEmpty && series.failure is Broken)
    }

    @Test func `ended in between, it has what came out until then and no failure`() async {
        let task = Task {
            await LoadSeries([1, 2, 3]) { kind in
                if kind == 2 {
                    withUnsafeCurrentTask { $0?.cancel() }
                    throw Broken()
                }
                return kind * 10
            }
        }
        let series = await task.value
        #expect(series.results == [10] && series.failure == nil)
    }

    @Test func `ended before anything came out, it says so`() async {
        let task = Task {
            await LoadSeries([1, 2]) { _ -> Int in
                withUnsafeCurrentTask { $0?.cancel() }
                throw Broken()
            }
        }
        let series = await task.value
        #expect(series.results.isEmpty && series.failure is Broken)
    }
}
