import Testing

@testable import apus

struct BusiestSecondTests {
    @Test(arguments: [([], 0), ([5], 1), ([0, 500, 999, 1_000, 1_400, 5_000], 4), ([0, 1_000, 2_000], 1)])
    func `a second counts whoever came in it, wherever it begins`(_ milliseconds: [Int64], _ most: Int) {
        #expect(RestartResult.busiestSecond(milliseconds.map { $0 * 1_000_000 }) == most)
    }
}
