import ApusChat
import ApusCore
import ApusServer
import ApusWire
import Configuration
import Foundation
import Logging
import SystemPackage

/// Settings from the command line, the environment and a file, in that order of strength.
struct SettingValues {
    private struct Source {
        let name: (String) -> String
        let provider: any ConfigProvider
        var prefix: [String] = []
    }

    private var sources: [Source]

    init(
        file: String?, arguments: [String] = CommandLine.arguments,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) async throws {
        sources = [
            Source(name: { "--\($0)" }, provider: CommandLineArgumentsProvider(arguments: arguments)),
            Source(
                name: { "APUS_" + $0.uppercased().replacing("-", with: "_") },
                provider: EnvironmentVariablesProvider(environmentVariables: environment), prefix: ["apus"]),
        ]
        if let file = file ?? environment["APUS_CONFIG"] {
            sources.append(Source(name: { "\"\($0)\" in \(file)" }, provider: try await Self.provider(file)))
        }
    }

    private static func provider(_ file: String) async throws -> any ConfigProvider {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw OperatorError("The settings file \(file) cannot be read.")
        }
        do {
            guard case .object = try JSONValue(parsing: data) else { throw JSONError("expected an object") }
            return try await FileProvider<JSONSnapshot>(filePath: FilePath(file))
        } catch {
            throw OperatorError("The settings file \(file) is not a JSON object: \(error).")
        }
    }

    func settings() throws -> ServerSettings {
        var settings = ServerSettings()
        settings.data = try string("data") ?? settings.data
        settings.host = try string("host") ?? settings.host
        settings.port = try number("port", 0...65535) ?? settings.port
        settings.loops = try number("loops", 0...64) ?? settings.loops
        settings.chat.commandsPerSecond = try limit("commands-per-second") ?? settings.chat.commandsPerSecond
        settings.chat.commandBurst = try limit("command-burst") ?? settings.chat.commandBurst
        settings.chat.textLength = try limit("max-text") ?? settings.chat.textLength
        settings.hub.streamsPerUser = try limit("streams-per-user") ?? settings.hub.streamsPerUser
        settings.connectionsPerAddress = try limit("connections-per-address") ?? settings.connectionsPerAddress
        settings.hub.maximumCatchUp = try limit("max-catch-up").map(Int64.init) ?? settings.hub.maximumCatchUp
        settings.registration = try choice("registration", Registration.self) ?? settings.registration
        settings.signInTries = try limit("sign-in-tries") ?? settings.signInTries
        settings.allowedOrigins =
            try list(
                "allowed-origins", of: "origins such as https://chat.example, without a path",
                where: ServerSettings.isOrigin) ?? settings.allowedOrigins
        settings.trustedProxies =
            try list(
                "trusted-proxies", of: "addresses and networks such as 127.0.0.1, ::1 or 10.0.0.0/8",
                where: ServerSettings.isNetwork) ?? settings.trustedProxies
        settings.jwt = try jwt()
        return settings
    }

    private func jwt() throws -> JWTSettings? {
        let (keys, audience) = (try string("jwt-keys"), try string("jwt-audience"))
        switch (keys, audience) {
        case (nil, nil): return nil
        case (let keys?, let audience?):
            return JWTSettings(keys: keys, audience: audience, issuer: try string("jwt-issuer"))
        default:
            throw OperatorError(
                "--jwt-keys and --jwt-audience go together: whose tokens are taken, and what they must be made for.",
                isUsage: true)
        }
    }

    func logLevel() throws -> Logger.Level {
        guard let (content, name) = try value("log-level", .string), case .string(let text) = content else {
            return .info
        }
        guard let level = Logger.Level(rawValue: text) else {
            let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw OperatorError(
                "The log level is one of \(levels), but \"\(text)\" was given.",
                isUsage: name.hasPrefix("--"))
        }
        return level
    }

    private func choice<T: RawRepresentable & CaseIterable>(_ key: String, _: T.Type) throws -> T?
    where T.RawValue == String {
        guard let (content, name) = try value(key, .string), case .string(let text) = content else { return nil }
        if let value = T(rawValue: text) { return value }
        let choices = T.allCases.map(\.rawValue).joined(separator: ", ")
        throw OperatorError(
            "\(name) is one of \(choices), but \"\(text)\" was given.", isUsage: name.hasPrefix("--"))
    }

    /// A list of texts each of which must be as `isGood` wants it; `expected` says how.
    private func list(
        _ key: String, of expected: String, where isGood: (String) -> Bool
    ) throws -> [String]? {
        guard let (content, name) = try value(key, .stringArray), case .stringArray(let items) = content
        else { return nil }
        return try items.map { item in
            let text = item.trimmingCharacters(in: .whitespaces)
            guard isGood(text) else {
                throw OperatorError(
                    "\(name) lists \(expected), but \"\(text)\" was given.", isUsage: name.hasPrefix("--"))
            }
            return text
        }
    }

    private func limit(_ key: String) throws -> Int? { try number(key, 0...1_000_000_000) }

    private func number(_ key: String, _ range: ClosedRange<Int>) throws -> Int? {
        guard let (content, name) = try value(key, .int), case .int(let number) = content else { return nil }
        guard range.contains(number) else {
            throw OperatorError(
                "\(name) is a whole number from \(range.lowerBound) to \(range.upperBound), but \(number) was given.",
                isUsage: name.hasPrefix("--"))
        }
        return number
    }

    private func string(_ key: String) throws -> String? {
        guard let (content, _) = try value(key, .string), case .string(let text) = content else { return nil }
        return text
    }

    /// The value of the strongest source that has one, and what the source calls it.
    private func value(_ key: String, _ type: ConfigType) throws -> (ConfigContent, name: String)? {
        for source in sources {
            let name = source.name(key)
            do {
                let found = try source.provider.value(forKey: AbsoluteConfigKey(source.prefix + [key]), type: type)
                if let value = found.value { return (value.content, name) }
            } catch {
                throw OperatorError(
                    "\(name) is not \(type == .int ? "a whole number" : type == .string ? "a text" : "a list of texts").",
                    isUsage: name.hasPrefix("--"))
            }
        }
        return nil
    }
}
