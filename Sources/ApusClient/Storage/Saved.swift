import ApusWire

/// What a client keeps over restarts of its program: how far it has read, what is not yet sent, and which transports
/// worked here.
struct Saved: Equatable {
    var cursor: Cursor?
    var memory = Memory()
    var entries: [Outbox.Entry] = []

    var json: JSONValue {
        var object: JSONObject = ["apus_client": 1]
        if let cursor { object["cursor"] = .string(cursor.description) }
        object["worked"] = Self.times(memory.worked)
        object["failed"] = Self.times(memory.failed)
        object["outbox"] = .array(entries.map(\.stored))
        return .object(object)
    }

    init() {}

    init(_ json: JSONValue) throws {
        guard json["apus_client"]?.integer == 1 else {
            throw JSONError("it does not begin with \"apus_client\": 1")
        }
        cursor = json["cursor"]?.string.flatMap { Cursor($0) }
        memory = Memory(worked: Self.times(json["worked"]), failed: Self.times(json["failed"]))
        entries = try (json["outbox"]?.array ?? []).map { try Outbox.Entry(stored: $0) }
    }

    private static func times(_ times: [Transport: Milliseconds]) -> JSONValue {
        var object = JSONObject()
        for transport in Transport.allCases { object[transport.rawValue] = times[transport].map { .integer($0) } }
        return .object(object)
    }

    /// A transport of another version's is nothing to this one.
    private static func times(_ json: JSONValue?) -> [Transport: Milliseconds] {
        var times: [Transport: Milliseconds] = [:]
        for transport in Transport.allCases { times[transport] = json?[transport.rawValue]?.integer }
        return times
    }
}
