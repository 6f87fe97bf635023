import ApusWire
import NIOCore
import NIOHTTP1

extension FrontHandler {
    /// Behind a trusted proxy clients share connections. So there it is not the connection that has a place among those
    /// of its address, but each request until it is answered. Nil when there is one.
    func takePlace(_ head: HTTPRequestHead) -> Problem? {
        guard let limit, let channel = own?.channel,
            let client = limit.client(behind: channel, forwardedFor: head.headers["x-forwarded-for"])
        else { return nil }
        guard limit.enters(client, now: channel.eventLoop.now) else {
            return Problem(
                .tooManyStreams, "Your address has as many connections as it may; close one, or try again later.",
                retryAfterMilliseconds: 5000)
        }
        place = client
        return nil
    }

    func leavePlace() {
        guard let place else { return }
        limit?.leaves(place)
        self.place = nil
    }

    /// A WebSocket keeps its place for as long as the connection lives, which is longer than this handler.
    func keepPlace() {
        guard let limit, let place else { return }
        self.place = nil
        own?.channel.closeFuture.whenComplete { _ in limit.leaves(place) }
    }
}
