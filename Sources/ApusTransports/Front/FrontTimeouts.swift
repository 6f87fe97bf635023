package import NIOCore

/// How long a connection may take to ask something.
package struct FrontTimeouts: Sendable {
    /// From its beginning to the end of the first request.
    package var firstRequest: TimeAmount = .seconds(15)
    /// From a response to the end of the next request.
    package var nextRequest: TimeAmount = .seconds(75)

    package init() {}
}
