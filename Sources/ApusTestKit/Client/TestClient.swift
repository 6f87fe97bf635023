package import ApusWire

/// The requests beside the stream, each on a connection of its own.
package struct TestClient: Sendable {
    package let server: ServerAddress

    package init(_ server: ServerAddress) { self.server = server }

    /// `POST /v1/commands`: one command or an array of them.
    package func post(
        command: JSONValue, within limit: Duration = .seconds(30)
    ) async throws -> (status: Int, body: JSONValue) {
        try await post("/v1/commands", command, within: limit)
    }

    package func post(
        _ path: String, _ body: JSONValue, within limit: Duration = .seconds(30)
    ) async throws -> (status: Int, body: JSONValue) {
        let answer = try await HTTPExchange("POST", path, json: body).perform(on: server, within: limit)
        return (answer.status, try answer.json)
    }

    /// For answers in JSON; others are for `HTTPExchange`.
    package func get(
        _ path: String, within limit: Duration = .seconds(30)
    ) async throws -> (status: Int, headers: HeaderFields, body: JSONValue) {
        let answer = try await HTTPExchange("GET", path).perform(on: server, within: limit)
        return (answer.status, answer.headers, try answer.json)
    }
}
