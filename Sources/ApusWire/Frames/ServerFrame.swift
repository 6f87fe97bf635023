/// What the server says first on a stream.
public struct Hello: Sendable, Equatable {
    public struct User: Sendable, Equatable {
        public var id: String
        public var name: String
        public var displayName: String

        public init(id: String, name: String, displayName: String) {
            self.id = id
            self.name = name
            self.displayName = displayName
        }
    }

    public var epoch: String
    /// Where this stream starts: the first batch's `from`.
    public var seq: Int64
    /// Names this stream, for `ack` commands and for logs.
    public var connection: String
    public var user: User
    public var heartbeatMilliseconds: Int64
    /// What the server allows; 0 means no limit.
    public var limits: JSONObject
    public var server: String

    public init(
        epoch: String, seq: Int64, connection: String, user: User, heartbeatMilliseconds: Int64,
        limits: JSONObject, server: String
    ) {
        self.epoch = epoch
        self.seq = seq
        self.connection = connection
        self.user = user
        self.heartbeatMilliseconds = heartbeatMilliseconds
        self.limits = limits
        self.server = server
    }

    public var cursor: Cursor { Cursor(epoch: epoch, seq: seq) }
}

/// The stretch of log from after `from` up to `to`: every event in it that this user may see, in order.
public struct Batch<Event: Sendable, Signal: Sendable>: Sendable {
    public var from: Int64
    public var to: Int64
    public var events: [Event]
    public var signals: [Signal]
    /// Whether `signals` is everything there is to know; what is absent is then at rest.
    public var signalsFull: Bool
    /// The position in the signal map after this batch; present when the batch says anything of signals.
    public var signalsTo: String?

    public init(
        from: Int64, to: Int64, events: [Event] = [], signals: [Signal] = [], signalsFull: Bool = false,
        signalsTo: String? = nil
    ) {
        self.from = from
        self.to = to
        self.events = events
        self.signals = signals
        self.signalsFull = signalsFull
        self.signalsTo = signalsTo
    }
}

/// The answer to one command.
public struct Reply: Sendable, Equatable {
    /// What a command has brought: the object `ok`, made bytes once for the reply and for what is remembered of it.
    public struct Content: Sendable, Equatable {
        public let json: [UInt8]

        /// - Parameter json: one JSON object as `JSONWriter` writes it, without spaces.
        public init(json: [UInt8]) { self.json = json }

        public init(_ members: (inout JSONWriter) -> Void) {
            var writer = JSONWriter(capacity: 64)
            writer.object(members)
            json = writer.bytes
        }

        /// The same for a command that has happened before.
        public var repeated: Content {
            let isEmpty = json.count == "{}".utf8.count
            return Content(json: json.dropLast() + (isEmpty ? #""repeated":true}"# : #","repeated":true}"#).utf8)
        }
    }

    /// The command's id; nil for a command that had none.
    public var id: String?
    public var result: Result<Content, Problem>

    public init(id: String?, result: Result<Content, Problem>) {
        self.id = id
        self.result = result
    }
}

extension Reply.Content: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        var object = JSONObject()
        for (name, value) in elements { object[name] = value }
        json = JSONValue.object(object).encoded
    }
}

/// Why a cursor cannot be continued, and the position to take a new snapshot for.
public struct Reset: Sendable, Equatable {
    public enum Reason: String, Sendable, CaseIterable {
        case unknownEpoch = "unknown_epoch"
        case tooOld = "too_old"
        case ahead
    }

    public var reason: Reason
    public var cursor: Cursor
    /// The client waits random(0, this) before it takes its snapshot.
    public var spreadMilliseconds: Int64

    public init(reason: Reason, cursor: Cursor, spreadMilliseconds: Int64) {
        self.reason = reason
        self.cursor = cursor
        self.spreadMilliseconds = spreadMilliseconds
    }
}

/// The server is about to close the stream.
public struct Bye: Sendable, Equatable {
    public var code: CloseCode
    public var reconnect: Bool
    public var spreadMilliseconds: Int64

    public init(_ code: CloseCode, spreadMilliseconds: Int64 = 0) {
        self.code = code
        self.reconnect = code.reconnects
        self.spreadMilliseconds = spreadMilliseconds
    }
}
