public import ApusWire
import NIOCore

/// What is read besides the events.
extension ApusClient {
    /// One's rooms, true to where the stream has come.
    public var rooms: [Room] { get async throws { try await question { $0.rooms($1) } } }

    /// A room's messages before a number, or its last ones; at most `limit`, 1 to 200.
    public func history(of room: String, before number: Int64? = nil, limit: Int = 50) async throws -> History {
        let before = number.map { "&before=\($0)" } ?? ""
        let body = try await get("/v1/rooms/\(escaped(room))/messages?limit=\(limit)\(before)")
        return History(
            messages: (body["messages"]?.array ?? []).compactMap { Message($0) },
            hasMoreBefore: body["has_more_before"]?.bool ?? false, hasMoreAfter: body["has_more_after"]?.bool ?? false)
    }

    /// Messages in one's rooms by what is in them, the newest first.
    public func search(_ words: String, in room: String? = nil) async throws -> [Message] {
        let place = room.map { "&room=\(escaped($0))" } ?? ""
        let body = try await get("/v1/search?q=\(escaped(words))\(place)")
        return (body["results"]?.array ?? []).compactMap { Message($0) }
    }

    /// Any GET of the protocol.
    /// - Throws: `Refusal`, or `ClientError` `network` when there is no answer of an Apus server; it is not repeated.
    public func get(_ path: String) async throws -> JSONValue { try await question { $0.get(path, $1) } }
}
