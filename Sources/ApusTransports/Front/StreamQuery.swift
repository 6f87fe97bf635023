import ApusCore
import ApusWire
import NIOCore

/// What a request for `/v1/stream` asks, from its query or from the JSON body of a POST.
struct StreamQuery {
    static let defaultLimit = 100
    static let maximumLimit = 500
    static let maximumWait = 55
    static let maximumRooms = 500

    var cursor: Cursor?
    var rooms: [String]?
    var limit = defaultLimit
    var signals: String?
    var client: String?
    var observes = false
    var probes = false
    /// Seconds; nil when not given.
    var wait: Int?

    /// Reads values by name; a value that is not what it should be is a `Problem`.
    init(_ value: (String) throws -> String?) throws {
        if let text = try value("cursor"), !text.isEmpty { cursor = try Self.cursor(text) }
        rooms = try value("rooms").map { $0.split(separator: ",").map(String.init) }
        if let rooms, rooms.count > Self.maximumRooms {
            throw Problem(
                .invalidField, "\"rooms\" names at most \(Self.maximumRooms) rooms; leave it out for all of yours.")
        }
        limit = try Self.number("limit", value("limit"), 1...Self.maximumLimit) ?? Self.defaultLimit
        wait = try Self.number("wait", value("wait"), 0...Self.maximumWait)
        signals = try value("signals")
        client = try value("client")
        if let client, !Command.isValid(client) {
            throw Problem(.invalidField, "\"client\" is a text of 1 to 64 characters.")
        }
        observes = try Self.flag("observe", value("observe"))
        probes = try Self.flag("probe", value("probe"))
    }

    init(target: RequestTarget) throws { try self.init { target[$0] } }

    /// A POST's body: the same names in a JSON object.
    init(body: some Sequence<UInt8>) throws {
        let json: JSONValue
        do { json = try JSONValue(parsing: body) } catch { throw Problem(.badJSON, "The body is not JSON: \(error).") }
        guard let object = json.object else {
            throw Problem(
                .badJSON, "The body is an object such as {\"cursor\":\"…\",\"wait\":25}, but \(json.kind) came.")
        }
        try self.init { name in
            if let number = object[name]?.integer { return String(number) }
            return switch object[name] {
            case nil, .null: nil
            case .string(let text): text
            case .bool(let flag): flag ? "1" : "0"
            case .array(let values) where name == "rooms":
                try values.map { value in
                    guard let room = value.string else {
                        throw Problem(.invalidField, "\"rooms\" is a list of texts, but \(value.kind) came.")
                    }
                    return room
                }.joined(separator: ",")
            case .some(let other):
                throw Problem(.invalidField, "\"\(name)\" is a text, a number or a boolean, but \(other.kind) came.")
            }
        }
    }

    static func cursor(_ text: String) throws -> Cursor {
        guard let cursor = Cursor(text) else {
            throw Problem(
                .invalidField, "A cursor is EPOCH-SEQ as the server gave it, but \"\(text.prefix(64))\" came.")
        }
        return cursor
    }

    private static func number(_ name: String, _ text: String?, _ range: ClosedRange<Int>) throws -> Int? {
        guard let text else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw Problem(
                .invalidField,
                "\"\(name)\" is a whole number from \(range.lowerBound) to \(range.upperBound), but \"\(text.prefix(20))\" came."
            )
        }
        return number
    }

    private static func flag(_ name: String, _ text: String?) throws -> Bool {
        switch text {
        case nil, "0": return false
        case "1": return true
        case .some(let other): throw Problem(.invalidField, "\"\(name)\" is 0 or 1, but \"\(other.prefix(20))\" came.")
        }
    }

    func request(_ credential: Credential, _ kind: TransportKind, _ scope: Scope) -> ReaderRequest {
        var request = ReaderRequest(
            identity: credential.identity, credential: credential.id, kind: kind, scope: scope, cursor: cursor,
            signals: signals, limit: limit, client: client, observes: observes, probes: probes,
            wait: kind.isPoll ? .seconds(Int64(wait ?? 0)) : nil)
        // A session is prolonged by use, and ended by whoever watches them.
        if !credential.isSession { request.endsAt = credential.expiresAt }
        return request
    }
}
