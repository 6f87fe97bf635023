/// An event as a client reads it.
public struct Event: Sendable, Equatable {
    public var seq: Int64
    public var type: String
    public var room: String?
    public var by: String
    public var at: String
    public var id: String?
    public var data: JSONObject
}

/// Current state that is not in the log, as a client reads it.
public struct Signal: Sendable, Equatable {
    public var type: String
    public var room: String?
    public var user: String?
    public var value: JSONValue
    public var v: Int64
}

/// One frame from the server, as a client reads it.
public enum ServerFrame: Sendable {
    case hello(Hello)
    case batch(Batch<Event, Signal>)
    case reply(id: String?, ok: JSONObject?, error: JSONObject?)
    case probe(String)
    case reset(reason: String, cursor: Cursor, spreadMilliseconds: Int64)
    case bye(code: String, reconnect: Bool, spreadMilliseconds: Int64)

    /// Reads a WebSocket text frame.
    public init(parsing bytes: some Sequence<UInt8>) throws(JSONError) {
        let value = try JSONValue(parsing: bytes)
        guard let members = value.object?.members, members.count == 1, let frame = members.first else {
            throw JSONError("a frame is an object with exactly one key")
        }
        try self.init(name: frame.name, content: frame.value)
    }

    /// Reads a frame whose name came apart from its content, as SSE sends it.
    public init(name: String, content: JSONValue) throws(JSONError) {
        switch name {
        case "hello": self = .hello(try Hello(content))
        case "batch": self = .batch(try Batch(content))
        case "probe": self = .probe(try content.require(\.string, "probe"))
        case "reply":
            self = .reply(id: content["id"]?.string, ok: content["ok"]?.object, error: content["error"]?.object)
        case "reset":
            guard let cursor = Cursor(try content.member("cursor", \.string)) else {
                throw JSONError("\"cursor\" is no cursor")
            }
            self = .reset(
                reason: try content.member("reason", \.string), cursor: cursor,
                spreadMilliseconds: try content.member("spread_ms", \.integer))
        case "bye":
            self = .bye(
                code: try content.member("code", \.string), reconnect: try content.member("reconnect", \.bool),
                spreadMilliseconds: try content.member("spread_ms", \.integer))
        default: throw JSONError("there is no frame \"\(name)\"")
        }
    }
}

extension Hello {
    init(_ content: JSONValue) throws(JSONError) {
        let user = try content.member("user", \.object)
        self.init(
            epoch: try content.member("epoch", \.string),
            seq: try content.member("seq", \.integer),
            connection: try content.member("connection", \.string),
            user: User(
                id: try JSONValue.object(user).member("id", \.string),
                name: try JSONValue.object(user).member("name", \.string),
                displayName: try JSONValue.object(user).member("display_name", \.string)),
            heartbeatMilliseconds: try content.member("heartbeat_ms", \.integer),
            limits: try content.member("limits", \.object),
            server: try content.member("server", \.string))
    }
}

extension Batch where Event == ApusWire.Event, Signal == ApusWire.Signal {
    /// Reads a batch's content; a poll's body is one too.
    public init(_ content: JSONValue) throws(JSONError) {
        var events: [Event] = []
        for value in try content.list("events") { events.append(try Event(value)) }
        var signals: [Signal] = []
        for value in try content.list("signals") { signals.append(try Signal(value)) }
        self.init(
            from: try content.member("from", \.integer), to: try content.member("to", \.integer),
            events: events, signals: signals, signalsFull: content["signals_full"]?.bool ?? false,
            signalsTo: content["signals_to"]?.string)
    }
}

extension Event {
    public init(_ value: JSONValue) throws(JSONError) {
        self.init(
            seq: try value.member("seq", \.integer), type: try value.member("type", \.string),
            room: value["room"]?.string, by: try value.member("by", \.string), at: try value.member("at", \.string),
            id: value["id"]?.string, data: try value.member("data", \.object))
    }
}

extension Signal {
    public init(_ value: JSONValue) throws(JSONError) {
        self.init(
            type: try value.member("type", \.string), room: value["room"]?.string, user: value["user"]?.string,
            value: try value.member("value", \.self), v: try value.member("v", \.integer))
    }
}

extension JSONValue {
    fileprivate func member<T>(_ name: String, _ read: KeyPath<JSONValue, T?>) throws(JSONError) -> T {
        guard let value = self[name] else { throw JSONError("\"\(name)\" is missing") }
        return try value.require(read, name)
    }

    fileprivate func member(_ name: String, _: KeyPath<JSONValue, JSONValue>) throws(JSONError) -> JSONValue {
        guard let value = self[name] else { throw JSONError("\"\(name)\" is missing") }
        return value
    }

    /// An array that may be absent.
    fileprivate func list(_ name: String) throws(JSONError) -> [JSONValue] {
        guard let value = self[name] else { return [] }
        return try value.require(\.array, name)
    }

    fileprivate func require<T>(_ read: KeyPath<JSONValue, T?>, _ name: String) throws(JSONError) -> T {
        guard let value = self[keyPath: read] else { throw JSONError("\"\(name)\" is \(kind)") }
        return value
    }
}
