/// A point on a clock that only goes forward, or a span, in milliseconds. The clock may start anywhere.
public typealias Milliseconds = Int64

/// Where a machine gets its random numbers from: each call a new one in 0 ..< 1.
public typealias Draw = () -> Double

/// Full jitter: any moment within the span, so that clients who failed together do not return together.
/// (Brooker, "Exponential Backoff And Jitter", 2015.)
func jitter(_ span: Milliseconds, _ draw: Draw) -> Milliseconds { Milliseconds(Double(span) * draw()) }

/// The span within which to try again after `failures` in a row.
func backOff(_ failures: Int) -> Milliseconds { min(20_000, 500 << Milliseconds(min(failures, 6))) }
