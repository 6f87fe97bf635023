import ApusCore
package import ApusWire

/// Changes a setting of one's own; only oneself hears of it.
package struct SettingsUpdate: ChatCommand {
    package static let op = "settings.update"
    private static let maximumValueBytes = 4096
    private static let maximumSettings = 200

    private enum Change: Sendable {
        case notifications(Notifications, room: String)
        case named(String, JSONValue)
    }
    private let change: Change

    package init(_ fields: Fields) throws {
        let room = try fields.optionalString("room")
        let name = try fields.optionalString("name")
        switch (room, name) {
        case (let room?, nil):
            guard let notifications = try fields.choice("notifications", Notifications.self) else {
                throw Problem(
                    .invalidField, "settings.update of a room needs \"notifications\": all, mentions or none.")
            }
            change = .notifications(notifications, room: room)
        case (nil, let name?):
            guard Self.isName(name) else {
                throw Problem(
                    .invalidField, "\"name\" of settings.update is 1 to 64 characters of a-z, 0-9, _, . and -.")
            }
            change = .named(name, try fields.value("value"))
        default:
            throw Problem(
                .invalidField,
                "settings.update needs \"room\" with \"notifications\", or \"name\" with \"value\", and not both.")
        }
    }

    private static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"),
                    UInt8(ascii: "."), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    package var content: JSONValue {
        switch change {
        case .notifications(let notifications, let room): ["room", .string(room), .string(notifications.rawValue)]
        case .named(let name, let value): ["name", .string(name), value]
        }
    }

    package func run(in context: CommandContext) throws -> Reply.Content {
        switch change {
        case .notifications(let notifications, let slug):
            let room = try context.memberRoom(slug)
            if try context.store.notifications(in: room.key, of: context.user.key) == notifications {
                return ["seq": .integer(context.store.head)]
            }
            try context.store.setNotifications(notifications, in: room.key, of: context.user.key)
            return try append(in: context) {
                $0.member("room", slug)
                $0.member("notifications", notifications.rawValue)
            }
        case .named(let name, let value):
            let encoded = value.encoded
            guard encoded.count <= Self.maximumValueBytes else {
                throw Problem(
                    .tooLarge,
                    "A setting has at most \(Self.maximumValueBytes) bytes of JSON, but \(encoded.count) came.")
            }
            if try context.store.setting(name, of: context.user.key) ?? JSONValue.null.encoded == encoded {
                return ["seq": .integer(context.store.head)]
            }
            let names = try context.store.settingNames(of: context.user.key)
            guard value == .null || names.contains(name) || names.count < Self.maximumSettings else {
                throw Problem(
                    .tooLarge,
                    "You have \(Self.maximumSettings) settings, the most there may be; set one to null first.")
            }
            try context.store.setSetting(name, to: value == .null ? nil : value, of: context.user.key)
            return try append(in: context) {
                $0.member("name", name)
                $0.member("value", raw: encoded)
            }
        }
    }

    private func append(in context: CommandContext, data: (inout JSONWriter) -> Void) throws -> Reply.Content {
        let seq = try context.append("settings.updated", for: .user(context.user.key), data: data)
        return ["seq": .integer(seq)]
    }
}
