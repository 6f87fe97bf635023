import ApusWire
import NIOCore

/// A channel's last handler, which tells a stream's owner what comes until one of the two has had enough. Confined to
/// the loop of both.
protocol StreamPort: AnyObject {
    /// Nil once nothing more is to be told.
    var owner: (any StreamOwner)? { get set }
    /// Nil until the connection is made.
    var context: ChannelHandlerContext? { get set }
}

extension StreamPort {
    /// Ends the connection without another word to its owner.
    func close() {
        owner = nil
        context?.close(promise: nil)
    }

    /// Ends the connection, and tells its owner once.
    func end(_ end: StreamEnd) {
        let told = owner
        close()
        context = nil
        told?.ended(end)
    }

    /// Hands on a frame; after some of them the stream is over.
    func take(_ frame: ServerFrame) {
        let told = owner
        switch frame {
        case .reset, .bye: close()
        default: break
        }
        told?.take(frame)
    }
}
