import ApusClient
import Synchronization

/// What one client of a crowd did.
struct ClientRecord: Sendable {
    /// When it set out for a connection.
    var tries: [Int64] = []
    /// What came, as it came.
    var messages: [(text: String, at: Int64)] = []
    /// The name of the transport that carries; nil while nothing does.
    var transport: String?
}

/// Many whole clients, which stay connected by themselves.
final class ClientCrowd: Sendable {
    private final class Member: Sendable {
        let client: ApusClient
        let record: Shared

        init(_ target: BenchTarget) throws {
            let record = Shared()
            self.record = record
            let token = target.token
            client = try ApusClient(url: target.url) {
                // A client asks for its token whenever it sets out.
                record.change { $0.tries.append(Monotonic.now()) }
                return token
            }
            Task { [client] in
                for await status in client.status { record.change { $0.transport = status.transport?.rawValue } }
            }
            Task { [client] in
                for try await event in client.events {
                    guard let text = Message(event)?.text else { continue }
                    record.change { $0.messages.append((text, Monotonic.now())) }
                }
            }
        }
    }

    private final class Shared: Sendable {
        private let state = Mutex(ClientRecord())

        func change(_ body: (inout sending ClientRecord) -> Void) { state.withLock { body(&$0) } }

        var now: ClientRecord { state.withLock { $0 } }
    }

    private let members: [Member]

    init(_ target: BenchTarget, _ count: Int) throws { members = try (0..<count).map { _ in try Member(target) } }

    var records: [ClientRecord] { members.map(\.record.now) }

    var live: Int { count { $0.transport != nil } }

    func count(_ holds: (ClientRecord) -> Bool) -> Int { members.count { holds($0.record.now) } }

    func close() async { for member in members { await member.client.close() } }
}
