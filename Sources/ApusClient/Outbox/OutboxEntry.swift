public import ApusWire

extension Outbox {
    /// A command that is kept until its end is known.
    public struct Entry: Sendable, Equatable {
        /// Its place among all that were ever kept here: the order to send in, also after a restart.
        public let place: Int64
        public let command: Command
        /// Why it failed, if it did: it then waits for the user's word. Nil: it waits for its turn, or its reply.
        public var failure: Refusal?
        /// How often the server said that it failed by its own fault.
        var faults = 0

        init(place: Int64, command: Command, failure: Refusal? = nil) {
            self.place = place
            self.command = command
            self.failure = failure
        }

        public var id: String { command.id ?? "" }
        /// Commands of one room keep their order; those without a room keep it among themselves.
        var lane: String { command.fields["room"]?.string ?? "" }
        var size: Int { JSONValue.object(command.fields).encoded.count }

        /// What to store for it.
        public var stored: JSONValue {
            var object: JSONObject = ["place": .integer(place), "command": .object(command.fields)]
            if let failure { object["failure"] = ["code": .string(failure.code), "detail": .string(failure.detail)] }
            return .object(object)
        }

        /// From what was stored.
        public init(stored: JSONValue) throws {
            guard let place = stored["place"]?.integer, let value = stored["command"] else {
                throw Unreadable("an outbox entry is {\"place\", \"command\", \"failure\"?}, but \(stored.kind) came")
            }
            let failure = stored["failure"].map {
                Refusal(code: $0["code"]?.string ?? "", detail: $0["detail"]?.string ?? "", isRetryable: false)
            }
            self.init(place: place, command: try Command(value, requiresID: true), failure: failure)
        }
    }

    /// A stored entry that cannot be used: show it to the user or drop it, but do not restore from it.
    public struct Unreadable: Error, CustomStringConvertible {
        public let description: String
        init(_ description: String) { self.description = description }
    }

    /// The problem that a command was answered with.
    public struct Refusal: Error, Sendable, Equatable, CustomStringConvertible {
        public var code: String
        /// For people.
        public var detail: String
        public var isRetryable: Bool
        public var retryAfter: Milliseconds?

        public var description: String { detail.isEmpty ? "The server refused (\(code))." : detail }

        public init(code: String, detail: String, isRetryable: Bool, retryAfter: Milliseconds? = nil) {
            self.code = code
            self.detail = detail
            self.isRetryable = isRetryable
            self.retryAfter = retryAfter
        }
    }
}

/// Why the server will not do what it was asked to. Branch on `code`; show `detail`.
public typealias Refusal = Outbox.Refusal
