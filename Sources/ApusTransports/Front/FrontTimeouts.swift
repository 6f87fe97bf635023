package import NIOCore

/// How long a connection may take to ask something.
package struct FrontTimeouts: Sendable {
    /// From a request's first bytes to its end; for the first one from the connection's beginning.
    package var request: TimeAmount = .seconds(15)
    /// From a response to the next request.
    package var idle: TimeAmount = .seconds(75)
    /// How long a client may take nothing of what it has still to get when its connection is to close.
    package var closing: TimeAmount = .seconds(15)

    package init() {}
}
