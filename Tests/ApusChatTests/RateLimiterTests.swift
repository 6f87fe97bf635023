import ApusCore
import ApusWire
import Testing

@testable import ApusChat

struct RateLimiterTests {
    @Test func `a burst is let through, then one after the other`() {
        var limiter = RateLimiter(perSecond: 20, burst: 60)
        let user = UserKey(1)
        let start = Timestamp(milliseconds: 0)
        let burst = (0..<61).map { _ in limiter.refusal(for: user, now: start) }
        #expect(burst == Array(repeating: nil, count: 60) + [50])
        let later = [49, 50, 51, 99, 100].map { limiter.refusal(for: user, now: Timestamp(milliseconds: $0)) }
        #expect(later == [1, nil, 49, 1, nil])
    }

    @Test(arguments: [1, 3, 7, 20, 33])
    func `who waits as long as was said is let through`(perSecond: Int) {
        var limiter = RateLimiter(perSecond: perSecond, burst: 1)
        var now: Int64 = 0
        for step in 0..<300 {
            now += Int64(step % 13)
            guard let wait = limiter.refusal(for: UserKey(1), now: Timestamp(milliseconds: now)) else { continue }
            now += wait
            let again = limiter.refusal(for: UserKey(1), now: Timestamp(milliseconds: now))
            #expect(again == nil)
        }
    }

    @Test func `what has not happened is given back, once`() {
        var limiter = RateLimiter(perSecond: 1, burst: 2)
        let user = UserKey(1)
        let now = Timestamp(milliseconds: 0)
        func letThrough() -> Int { (0..<5).count { _ in limiter.refusal(for: user, now: now) == nil } }
        #expect(letThrough() == 2)
        limiter.giveBack()
        limiter.giveBack()
        #expect(letThrough() == 2)
        limiter.settle()
        limiter.giveBack()
        #expect(letThrough() == 0)
    }

    @Test func `no limit means no limit`() {
        var limiter = RateLimiter(perSecond: 0, burst: 0)
        let refusals = (0..<1000).compactMap { _ in limiter.refusal(for: UserKey(1), now: Timestamp(milliseconds: 0)) }
        #expect(refusals.isEmpty)
    }

    @Test func `forgetting who has been quiet lets nobody through too early`() {
        var limiter = RateLimiter(perSecond: 1, burst: 2)
        for user in 0..<3000 as Range<Int64> {
            let now = Timestamp(milliseconds: user)
            let answers = (0..<3).map { _ in limiter.refusal(for: UserKey(user), now: now) == nil }
            #expect(answers == [true, true, false])
        }
        let again = limiter.refusal(for: UserKey(2999), now: Timestamp(milliseconds: 3000))
        #expect(again == 999)
    }
}
