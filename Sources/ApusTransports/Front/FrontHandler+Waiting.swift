import ApusWire
import NIOCore

/// What a connection is given time for.
extension FrontHandler {
    func channelReadComplete(context: ChannelHandlerContext) {
        awaitRest()
        context.fireChannelReadComplete()
    }

    /// All that has come is taken in. Only a request that is not complete by then needs a deadline of its own.
    func awaitRest() {
        switch state {
        case .receiving(let request):
            deadline.tighten(to: timeouts.request)
            if let problem = refusalOfRest(of: request) { return refuse(problem) }
            sayContinue()
        case .routing(let routing) where !routing.requestEnded:
            deadline.tighten(to: timeouts.request)
            if routing.responseBegun { break }
            sayContinue()
            writer?.leaveToChannel()
        // Something came, and it is no head yet.
        case .idle where !hasRead: deadline.tighten(to: timeouts.request)
        default: break
        }
        hasRead = false
    }

    private func sayContinue() {
        guard owesContinue else { return }
        owesContinue = false
        writer?.write(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n"))
        flush()
    }

    func deadlinePassed() {
        switch state {
        case .receiving: refuse(.late)
        case .routing(let routing) where !routing.requestEnded && !routing.responseBegun: refuse(.late)
        case .idle where hasTakenSome(): deadline.set(in: timeouts.idle)
        default:
            // Half a head that ends here is not answered.
            state = .closed
            own?.close(promise: nil)
        }
    }

    /// A client to which the last answer is still going is not idle, unless it takes nothing.
    private func hasTakenSome() -> Bool {
        let left = own?.channel.unsent ?? 0
        defer { unsent = left }
        return left != unsent
    }
}

extension Problem {
    fileprivate static let late = Problem(.requestTimeout, "The request did not come in completely in time.")
}
