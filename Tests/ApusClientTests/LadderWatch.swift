import ApusClient
import Testing

/// What holds after every step of any ladder.
struct LadderWatch {
    let place: String
    private(set) var open: [Int: Transport] = [:]
    private(set) var carrier: Int?
    private(set) var last = 0

    init(place: String) { self.place = place }

    mutating func check(_ input: Ladder.Input, _ actions: [Ladder.Action], _ ladder: Ladder, _ now: Int64) {
        let place = "\(place), at \(now) after \(input): \(actions)"
        if case .ended(let number, _) = input, !actions.contains(.poll(number, waitSeconds: 0)) { forget(number) }
        for action in actions {
            switch action {
            case .open(let number, let transport, _):
                #expect(number == last + 1, "\(place): numbers go up by one")
                last = number
                let isBesidePoll = open.contains { $0.value.isPoll && $0.key != carrier }
                #expect(transport != .sse || !isBesidePoll, "\(place): a stream beside a poll that is not answered")
                open[number] = transport
            case .close(let number):
                #expect(open[number] != nil, "\(place): closes what is not open")
                forget(number)
            case .carry(let number):
                #expect(open[number] != nil, "\(place): what is over cannot carry")
                carrier = number
            case .probe(let number), .poll(let number, _), .resume(let number):
                #expect(open[number] != nil, "\(place): asks something of what is over")
            case .snapshot, .remember, .status: break
            }
        }
        let polls = open.values.count { $0.isPoll }
        #expect(polls <= 1 && open.values.count { $0 == .sse } <= 1, "\(place): two of one kind")
        #expect(open.values.count { $0 == .webSocket } <= 1, "\(place): two WebSockets")
        let isLive: Bool
        switch ladder.status {
        case .live, .suspect: isLive = true
        default: isLive = false
        }
        #expect(isLive == (carrier != nil), "\(place): \(ladder.status), and the carrier is \(carrier ?? 0)")
        if let carrier, let transport = open[carrier] {
            #expect(
                open.allSatisfy { $0.key == carrier || $0.value > transport }, "\(place): a worse one is still open")
        }
        switch ladder.status {
        case .idle, .needsCredentials, .closed:
            #expect(open.isEmpty && ladder.deadline == nil, "\(place): at rest, but \(open) is open")
        case .connecting, .live, .suspect, .reconnecting, .offline:
            let deadline = ladder.deadline ?? now
            #expect(deadline > now && deadline < now + 900_000, "\(place): the deadline is \(deadline)")
        }
    }

    private mutating func forget(_ number: Int) {
        open[number] = nil
        if carrier == number { carrier = nil }
    }
}

extension Transport {
    fileprivate var isPoll: Bool { self == .longPoll || self == .shortPoll }
}

extension Ladder.Input {
    /// The attempt it speaks of.
    var attempt: Int? {
        switch self {
        case .opened(let number), .hello(let number), .echoed(let number), .heard(let number), .gap(let number),
            .batch(let number, _), .polled(let number, _, _, _), .bye(let number, _, _, _), .reset(let number, _),
            .ended(let number, _):
            number
        default: nil
        }
    }
}
