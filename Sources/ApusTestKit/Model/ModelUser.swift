import ApusWire

/// Somebody who says and does random things, one after the other, and holds every answer against the model.
actor ModelUser {
    struct Success {
        let command: JSONObject
        let ok: JSONObject
    }

    let user: TestUser
    private let server: TestServer
    let model: ChatModel
    let others: [TestUser]
    var random: SeededGenerator
    private var stays: [String: Int64] = [:]
    var successes: [Success] = []
    /// Who is in one's own private rooms.
    var vaults: [String: Set<String>] = [:]
    private var read: [String: Int64] = [:]
    private var numbers: [String: Int64] = [:]
    private var count = 0
    private var socket: TestStream?
    private static let slugs = ["attic", "barn", "cellar", "den", "eyrie", "no", "nowhere"]

    init(_ user: TestUser, among users: [TestUser], server: TestServer, model: ChatModel, seed: UInt64) {
        self.user = user
        others = users.filter { $0.id != user.id }
        self.server = server
        self.model = model
        random = SeededGenerator(seed: seed)
    }

    /// Does random things until the deadline; returns how many.
    func live(until deadline: Deadline) async throws -> Int {
        // On a busy machine the time alone may see nothing happen.
        while !deadline.hasPassed || count < 100 { try await act() }
        try await socket?.abort()
        return count
    }

    private func act() async throws {
        let room = Self.slugs.randomElement(using: &random)!  // not empty
        switch Int.random(in: 0..<26, using: &random) {
        case 0: try await create(random.chance(4) ? "Not A Slug" : room)
        case 1, 2: try await join(room)
        case 3: try await leave(room)
        case 4: try await markRead(room)
        case 5: try await repeatOne()
        case 6: try await expect("unknown_op", of: ["op": "no.such", "room": .string(room)])
        case 7: try await expect("invalid_field", of: ["op": "message.post", "room": .string(room), "text": 7])
        case 8: try await postSeveral(room)
        case 9: try await makeVault()
        case 10, 11: try await governVault()
        case 12, 13, 14: try await postInVault()
        default: try await post([room])
        }
    }

    // MARK: commands

    private func create(_ room: String) async throws {
        guard room != "Not A Slug" else {
            return try await expect(
                "invalid_field", of: ["op": "room.create", "kind": "public", "room": .string(room)])
        }
        let before = model.existence(of: room)
        model.expectRoom(room)
        let command = fresh(["op": "room.create", "kind": "public", "room": .string(room)])
        let answer = try await send([command])[0]
        guard let ok = answer.ok, let seq = ok["seq"]?.integer else {
            try answer.expect("room_exists")
            // Made by somebody whose answer is still on its way, or by oneself in an attempt without an answer.
            try require(model.existence(of: room) != .no, "\(room) exists, but nobody made it")
            return
        }
        try require(before != .yes, "\(room) was made twice: \(ok)")
        model.confirmRoom(room)
        stays[room] = seq
        read[room] = 0
        let id = command["id"]?.string
        try model.record(.init(seq: seq, type: "room.created", room: room, by: user.id, id: id))
        try model.record(.init(seq: seq + 1, type: "member.joined", room: room, by: user.id, subject: user.id, id: id))
        successes.append(Success(command: command, ok: ok))
    }

    private func join(_ room: String) async throws {
        let before = model.existence(of: room)
        let command = fresh(["op": "room.join", "room": .string(room)])
        let answer = try await send([command])[0]
        guard let seq = answer.ok?["seq"]?.integer, let ok = answer.ok else {
            try answer.expect("no_such_room")
            return try require(before != .yes, "\(room) was there, but \(answer) came")
        }
        successes.append(Success(command: command, ok: ok))
        if let since = stays[room] { return try require(seq == since, "member since \(since), but \(answer) came") }
        stays[room] = seq
        // Unread begins with joining: where that is, the next reading tells.
        read[room] = nil
        try model.record(
            .init(
                seq: seq, type: "member.joined", room: room, by: user.id, subject: user.id, id: command["id"]?.string))
    }

    private func leave(_ room: String) async throws {
        let before = model.existence(of: room)
        let command = fresh(["op": "room.leave", "room": .string(room)])
        let answer = try await send([command])[0]
        guard stays[room] != nil else { return try expectOutside(answer, room, before) }
        guard let ok = answer.ok, let seq = ok["seq"]?.integer else {
            throw DeliveryFailure("\(user.name) is in \(room), but leaving was answered \(answer)")
        }
        stays[room] = nil
        try model.record(
            .init(seq: seq, type: "member.left", room: room, by: user.id, subject: user.id, id: command["id"]?.string))
        successes.append(Success(command: command, ok: ok))
    }

    private func postSeveral(_ room: String) async throws {
        let rooms = (0..<Int.random(in: 2...6, using: &random)).map { _ in
            random.chance(3) ? Self.slugs.randomElement(using: &random)! : room  // not empty
        }
        try await post(rooms)
    }

    private func post(_ rooms: [String]) async throws {
        let before = rooms.map(model.existence(of:))
        let commands = rooms.map { room -> JSONObject in
            let text = random.chance(12) ? "" : "\(user.name) says \(count) in \(room) ✓"
            return fresh(["op": "message.post", "room": .string(room), "text": .string(text)])
        }
        for (index, answer) in try await send(commands).enumerated() {
            let (room, command) = (rooms[index], commands[index])
            let text = command["text"]?.string ?? ""
            if text.isEmpty {
                try answer.expect("invalid_field")
            } else if stays[room] == nil {
                try expectOutside(answer, room, before[index])
            } else if let ok = answer.ok, let seq = ok["seq"]?.integer, let number = ok["number"]?.integer {
                try model.record(
                    .init(
                        seq: seq, type: "message.created", room: room, by: user.id, id: command["id"]?.string,
                        number: number, text: text))
                try require(number > numbers[room] ?? 0, "numbers that grow, but \(answer) came")
                numbers[room] = number
                successes.append(Success(command: command, ok: ok))
            } else {
                throw DeliveryFailure("\(user.name) is in \(room), but posting was answered \(answer)")
            }
        }
    }

    private func markRead(_ room: String) async throws {
        guard stays[room] != nil, let last = numbers[room] else { return }
        let number = random.chance(4) ? last + 1_000_000 : Int64.random(in: 0...last, using: &random)
        let command: JSONObject = ["op": "read", "room": .string(room), "number": .integer(number)]
        let answer = try await send([fresh(command)])[0]
        if number > last { return try answer.expect("invalid_field") }
        let stands = answer.ok?["read"]?.integer ?? -1
        if let read = read[room] {
            try require(stands == max(read, number), "read \(max(read, number)), but \(answer) came")
        } else {
            try require(stands >= number, "read \(number) or more, but \(answer) came")
        }
        read[room] = stands
    }

    private func repeatOne() async throws {
        guard let first = successes.randomElement(using: &random) else { return }
        if random.chance(2) {
            var other = first.command
            other["room"] = other["room"] == "barn" ? "den" : "barn"
            if other == first.command { return }
            return try await send([other])[0].expect("id_reused")
        }
        var again = try await send([first.command], asRepeat: true)[0].ok
        try require(again?["repeated"] == true, "repeated, but \(again.map(JSONValue.object) ?? .null) came")
        again?["repeated"] = nil
        try require(again == first.ok, "the first reply \(first.ok), but \(again ?? [:]) came")
    }

    private func expect(_ code: String, of command: JSONObject) async throws {
        try await send([fresh(command)])[0].expect(code)
    }

    private func expectOutside(_ answer: Answer, _ room: String, _ before: ChatModel.Existence) throws {
        let code = answer.error?["code"]?.string
        let isRight =
            code == "not_a_member" && model.existence(of: room) != .no || code == "no_such_room" && before != .yes
        try require(isRight, "\(user.name) is not in \(room) (\(before)), but \(answer) came")
    }

    // MARK: sending

    func fresh(_ command: JSONObject) -> JSONObject {
        count += 1
        var command = command
        command["id"] = .string("\(user.name)-\(count)")
        return command
    }

    /// Sends until there is an answer, as a client's outbox does: the same id over whatever works.
    func send(_ commands: [JSONObject], asRepeat: Bool = false) async throws -> [Answer] {
        let deadline = Deadline.within(.seconds(30))
        var attempt = 0
        while true {
            attempt += 1
            do {
                var answers = try await once(commands)
                if !answers.contains(where: { $0.error?["retryable"] == true }) {
                    // Only after an attempt without an answer may the first answer be that of a repeat.
                    if attempt > 1, !asRepeat { answers = answers.map(\.asFirst) }
                    return answers
                }
            } catch let failure as ClientFailure where failure.kind != .violation {
                try await socket?.abort()
                socket = nil
            }
            if deadline.hasPassed { throw DeliveryFailure("no answer to \(commands) within 30 s") }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private func once(_ commands: [JSONObject]) async throws -> [Answer] {
        let content: JSONValue = commands.count == 1 ? .object(commands[0]) : .array(commands.map(JSONValue.object))
        if random.chance(2) {
            let (_, body) = try await user.ask(content)
            return (body.array ?? [body]).map {
                Answer(ok: $0["ok"]?.object, error: $0["error"]?.object ?? ($0["code"] == nil ? nil : $0.object))
            }
        }
        let socket = socket ?? server.stream(.webSocket, as: user, StreamOptions(rooms: [], observe: true))
        self.socket = socket
        try await socket.command(content)
        var answers: [Answer] = []
        for command in commands {
            let (ok, error) = try await socket.reply(to: command["id"]?.string ?? "")
            answers.append(Answer(ok: ok, error: error))
        }
        return answers
    }
}

extension Answer {
    fileprivate var asFirst: Answer {
        var ok = ok
        ok?["repeated"] = nil
        return Answer(ok: ok, error: error)
    }
}
