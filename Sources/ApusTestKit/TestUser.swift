package import ApusWire

/// Somebody with an account on the server under test, and a kept-alive connection to command by.
package struct TestUser: Sendable {
    package let key: Int64
    package let id: String
    package let name: String
    package let address: ServerAddress
    private let connection: HTTPConnection

    init(key: Int64, id: String, name: String, address: ServerAddress) {
        self.key = key
        self.id = id
        self.name = name
        self.address = address
        connection = HTTPConnection(to: address)
    }

    /// `POST /v1/commands`; the status and the body, whatever they are.
    package func ask(_ command: JSONValue) async throws -> (status: Int, body: JSONValue) {
        let answer = try await connection.perform(
            HTTPExchange("POST", "/v1/commands", json: command), within: .seconds(30))
        return (answer.status, try answer.json)
    }

    /// A command that must succeed; its `ok`.
    @discardableResult
    package func run(_ command: JSONValue) async throws -> JSONObject {
        let (status, body) = try await ask(command)
        guard status == 200, let ok = body["ok"]?.object else {
            throw DeliveryFailure("\(name)'s \(quoted(command)) was answered \(status): \(quoted(body))")
        }
        return ok
    }

    /// Says something and returns the event's seq.
    @discardableResult
    package func post(_ room: String, _ text: String, id: String? = nil) async throws -> Int64 {
        var command: JSONObject = ["op": "message.post", "room": .string(room), "text": .string(text)]
        if let id { command["id"] = .string(id) }
        return try await seq(command)
    }

    @discardableResult
    package func create(_ room: String) async throws -> Int64 {
        try await seq(["op": "room.create", "kind": "public", "room": .string(room)])
    }

    @discardableResult
    package func join(_ room: String) async throws -> Int64 {
        try await seq(["op": "room.join", "room": .string(room)])
    }

    @discardableResult
    package func leave(_ room: String) async throws -> Int64 {
        try await seq(["op": "room.leave", "room": .string(room)])
    }

    package func type(in room: String, _ isOn: Bool = true) async throws {
        try await run(["op": "typing", "room": .string(room), "on": .bool(isOn)])
    }

    /// Many messages in few requests; the last one's seq.
    @discardableResult
    package func flood(_ room: String, _ count: Int, of text: String = "flood") async throws -> Int64 {
        var last: Int64 = 0
        for start in stride(from: 0, to: count, by: 100) {
            let commands = (start..<min(start + 100, count)).map { number -> JSONValue in
                ["op": "message.post", "room": .string(room), "text": .string("\(text) \(number) of \(name)")]
            }
            let (status, body) = try await ask(.array(commands))
            for reply in body.array ?? [] {
                guard let seq = reply["ok"]?["seq"]?.integer else {
                    throw DeliveryFailure("\(name)'s flood was answered \(status): \(quoted(reply))")
                }
                last = seq
            }
        }
        return last
    }

    private func seq(_ command: JSONObject) async throws -> Int64 {
        guard let seq = try await run(.object(command))["seq"]?.integer else {
            throw DeliveryFailure("a reply without \"seq\" came to \(quoted(.object(command)))")
        }
        return seq
    }
}

/// What a delivery case found wrong.
package struct DeliveryFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// Throws what is expected, and what came, unless it is so.
package func require(
    _ isSo: Bool, _ expectation: @autoclosure () -> String, file: String = #fileID, line: Int = #line
) throws {
    if !isSo { throw DeliveryFailure("\(expectation()) (\(file):\(line))") }
}

/// JSON for people, not too much of it.
package func quoted(_ value: JSONValue) -> String {
    String(decoding: value.encoded, as: UTF8.self).abridged(to: 400)
}
