import ApusWire
import Foundation

@testable import ApusClient
@testable import apus

/// A chat without a server or a terminal: inputs are handed in, effects and screens come out.
struct ChatScene {
    var state: ChatState
    var now: Milliseconds = 0
    private(set) var effects: [ChatEffect] = []
    private var seq: Int64 = 100

    /// Connected as alice, with bob in `general` (two messages, read) and alone in `random`; all effects of that are taken.
    init(width: Int = 80, height: Int = 24, messages: Int64 = 2) {
        state = ChatState(width: width, height: height, timeZone: TimeZone(secondsFromGMT: 0)!, idPrefix: "t")
        connect()
        take(
            .synced([
                "seq": .integer(seq), "user": Self.person("u_a", "alice"), "users": [Self.person("u_b", "bob")],
                "rooms": [
                    Self.room("general", head: messages, read: messages, topic: "All about swifts"),
                    Self.room("random", head: 0, read: 0),
                ],
            ]))
        take(.members(room: "general", ["members": [Self.person("u_a", "alice"), Self.person("u_b", "bob")]]))
        history(
            "general",
            Array(max(1, messages - 49)...max(1, messages)).prefix(Int(messages)).map {
                Self.message($0, $0 % 2 == 0 ? "u_b" : "u_a", "message \($0)")
            }, more: messages > 50)
        effects = []
    }

    mutating func take(_ input: ChatInput) { effects += state.handle(input, now: now) }

    mutating func press(_ keys: Key...) { for key in keys { take(.key(key)) } }

    /// What is to be done since this was asked last.
    mutating func newEffects() -> [ChatEffect] {
        defer { effects = [] }
        return effects
    }

    var screen: String { ChatView.screen(of: state).text }

    mutating func connect(_ transport: String? = "WebSocket", _ sentence: String = "Connected.") {
        take(.connection(.init(transport: transport, sentence: sentence)))
    }

    mutating func history(_ room: String, before: Int64? = nil, _ messages: [JSONValue], more: Bool = false) {
        let history = History(messages: messages.compactMap { Message($0) }, hasMoreBefore: more, hasMoreAfter: false)
        take(.history(room: room, before: before, history))
    }

    mutating func event(
        _ type: String, in room: String = "general", by: String = "u_b", id: String? = nil, _ data: JSONObject
    ) throws {
        seq += 1
        var json: JSONObject = [
            "seq": .integer(seq), "type": .string(type), "room": .string(room), "by": .string(by),
            "at": "2026-11-23T14:26:00.000Z", "data": .object(data),
        ]
        json["id"] = id.map { .string($0) }
        take(.event(try Event(.object(json))))
    }

    mutating func said(_ number: Int64, _ text: String, by: String = "u_b", id: String? = nil) throws {
        try event("message.created", by: by, id: id, ["number": .integer(number), "text": .string(text)])
    }

    mutating func signal(_ type: String, user: String, room: String? = "general", v: Int64, _ value: JSONValue) throws {
        var json: JSONObject = ["type": .string(type), "user": .string(user), "value": value, "v": .integer(v)]
        json["room"] = room.map { .string($0) }
        var signals = state.signals
        _ = signals.apply(try Batch<Event, Signal>(["from": 0, "to": 0, "signals": [.object(json)]]))
        take(.signals(signals))
    }

    static func person(_ id: String, _ name: String) -> JSONValue {
        ["id": .string(id), "name": .string(name), "display_name": .string(name)]
    }

    static func room(_ room: String, head: Int64, read: Int64, topic: String = "", members: Int64 = 2) -> JSONValue {
        [
            "room": .string(room), "kind": "public", "name": .string(room), "topic": .string(topic),
            "members": .integer(members), "head": .integer(head), "read": .integer(read), "mentions": 0,
        ]
    }

    static func message(_ number: Int64, _ by: String, _ text: String, _ more: JSONObject = [:]) -> JSONValue {
        var json: JSONObject = [
            "room": "general", "number": .integer(number), "seq": .integer(number), "by": .string(by),
            "at": "2026-11-23T14:25:00.000Z", "text": .string(text),
        ]
        for member in more.members { json[member.name] = member.value }
        return .object(json)
    }
}
