package import ApusWire

/// What came of trying one transport.
package struct Finding: Sendable {
    package let transport: Transport
    /// From nothing to an open connection, and from a question to its answer, in milliseconds.
    var connect: Double?
    var roundTrip: Double?
    /// What stands in the way, and what to do about it; nil if the transport works.
    package internal(set) var trouble: Trouble?

    package struct Trouble: Sendable {
        let sentence: String
        let advice: String
    }

    package var json: JSONObject {
        var object: JSONObject = ["transport": .string(transport.rawValue), "works": .bool(trouble == nil)]
        object["connect_ms"] = connect.map { .number($0) }
        object["round_trip_ms"] = roundTrip.map { .number($0) }
        object["trouble"] = trouble.map { .string($0.sentence) }
        object["advice"] = trouble.map { .string($0.advice) }
        return object
    }

    package var words: String {
        let name = transport.rawValue.replacing("_", with: " ")
        let line = name + String(repeating: " ", count: max(1, 12 - name.count))
        guard let trouble else {
            let times = [("connected in", connect), ("round trip", roundTrip)]
                .compactMap { name, value in value.map { "\(name) \(Self.rounded($0)) ms" } }
            return "\(line)works: \(times.joined(separator: ", "))"
        }
        return "\(line)DOES NOT WORK: \(trouble.sentence)\n            \(trouble.advice)"
    }

    private static func rounded(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}

extension Finding.Trouble {
    private static let proxies = "docs/deploy has configurations of nginx, HAProxy and Caddy that work."

    static func unreachable(_ why: String) -> Self {
        Self(
            sentence: "No connection: \(why).",
            advice: "Is the server running, is the address right, and is the port open in every firewall between?")
    }

    static func refused(_ why: String) -> Self {
        Self(sentence: "The server refuses: \(why).", advice: "Make a token with: apus token NAME")
    }

    static func upgradeDropped(_ why: String) -> Self {
        Self(
            sentence: "The request was answered, but not with a WebSocket: \(why).",
            advice:
                "A proxy drops the Upgrade. nginx needs proxy_http_version 1.1 and proxy_set_header for Upgrade and "
                + "Connection. \(proxies)")
    }

    static func cut(_ what: String, _ why: String) -> Self {
        Self(
            sentence: "\(what) was accepted and then ended: \(why).",
            advice: "Something between ends connections that it does not know: a firewall, or a proxy's time-out below "
                + "90 s. \(proxies)")
    }

    static let swallowed = Self(
        sentence: "The WebSocket was accepted, but no frame came back within 10 s.",
        advice:
            "Something between, often a virus scanner or a firewall that inspects, swallows frames. TLS (https) hides "
            + "them from it.")

    static let buffered = Self(
        sentence: "What the server says in pieces arrives at once, or not at all.",
        advice: "A proxy holds the answer back until it is complete. nginx needs proxy_buffering off; HAProxy no "
            + "wait-for-body for answers. \(proxies)")

    static func noPost(_ why: String) -> Self {
        Self(
            sentence: "The stream works, but a POST to /v1/commands was not answered: \(why).",
            advice: "Does a proxy or a filter let POST through to the server? \(proxies)")
    }

    static func wrongAnswer(_ why: String) -> Self {
        Self(
            sentence: "What answers is no Apus server: \(why) came.",
            advice: "Does the address lead to the right port, and past any sign-in page of the network?")
    }

    static func notWaited(_ why: String) -> Self {
        Self(
            sentence: "An answer that waits does not arrive: \(why).",
            advice: "Something between cuts requests that take long. nginx needs proxy_read_timeout 90s. \(proxies)")
    }
}
