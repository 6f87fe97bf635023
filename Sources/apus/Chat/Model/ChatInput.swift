import ApusClient
import ApusWire

/// What can happen to the chat.
enum ChatInput: Sendable {
    case key(Key)
    case resized(width: Int, height: Int)
    case connection(Connection)
    case roundTrip(Milliseconds)
    /// `GET /v1/sync`, true at its `seq`.
    case synced(JSONValue)
    case syncFailed(String)
    case event(Event)
    /// Events were missed: what is known is no longer good.
    case reset
    case signals(Signals)
    case history(room: String, before: Int64?, History)
    case historyFailed(room: String, String)
    case posted(id: String, Posted)
    case refused(id: String, Outbox.Refusal)
    /// What an earlier run was refused, from the client's file.
    case unsent([ApusClient.Unsent])
    /// A room that one has come into, as `GET /v1/rooms/{room}` has it.
    case room(JSONValue, opens: Bool)
    case roomFailed(String)
    case publicRooms(JSONValue)
    /// As `GET /v1/rooms/{room}/members` has them.
    case members(room: String, JSONValue)
    case membersFailed(room: String, String)
    case found(words: String, [Message])
    case searchFailed(words: String, String)
    case name(user: String, JSONValue)
    case nameFailed(user: String, String)
    case person(called: String, Person)
    /// Something to be told in a line.
    case told(String)
    /// Time has passed.
    case tick

    /// Somebody who shares no room with oneself, as far as one may know.
    enum Person: Equatable, Sendable {
        case known(JSONValue)
        case nobody
        case hidden
    }

    struct Connection: Equatable, Sendable {
        /// What carries, while something does.
        var transport: String?
        var sentence = "Connecting…"
        var waiting = 0
    }
}

/// What is to be done about it.
enum ChatEffect: Equatable, Sendable {
    case sync
    case history(room: String, before: Int64?)
    case post(id: String, room: String, text: String, replyTo: Int64?)
    case discard(id: String)
    case edit(room: String, number: Int64, text: String)
    case delete(room: String, number: Int64)
    case react(room: String, number: Int64, emoji: String, on: Bool)
    case read(room: String, number: Int64)
    case typing(room: String, Bool)
    case join(String)
    case leave(String)
    case create(String)
    case direct(user: String)
    case find(name: String)
    case room(String, opens: Bool)
    case publicRooms
    case members(String)
    case search(String)
    case name(user: String)
    case redraw
    case quit
}
