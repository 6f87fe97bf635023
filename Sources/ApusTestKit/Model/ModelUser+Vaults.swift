import ApusWire

/// Life in private rooms. Who is in one's own is known exactly; whether one is in another's, only its maker knows, so
/// there both answers are right, and what was answered is held against the order of the log in the end.
extension ModelUser {
    func makeVault() async throws {
        if vaults.count >= 3 { return }
        let command = fresh(["op": "room.create", "kind": "private", "name": .string("\(user.name)'s")])
        let answer = try await send([command])[0]
        guard let ok = answer.ok, let seq = ok["seq"]?.integer, let room = ok["room"]?.string else {
            throw DeliveryFailure("a private room was to be made, but \(answer) came")
        }
        let id = command["id"]?.string
        try model.record(.init(seq: seq, type: "room.created", room: room, by: user.id, id: id))
        try model.record(
            .init(seq: seq + 1, type: "member.joined", room: room, by: user.id, subject: user.id, id: id))
        vaults[room] = []
        successes.append(Success(command: command, ok: ok))
        model.add(ChatModel.Vault(room: room, owner: user.id))
    }

    /// Brings somebody in, or puts them out.
    func governVault() async throws {
        guard let room = vaults.keys.sorted().randomElement(using: &random),
            let other = others.randomElement(using: &random)
        else { return }
        let isIn = vaults[room]?.contains(other.id) == true
        let verb = isIn ? "remove" : "add"
        let command = fresh(["op": .string("member.\(verb)"), "room": .string(room), "user": .string(other.id)])
        let answer = try await send([command])[0]
        guard let ok = answer.ok, let seq = ok["seq"]?.integer else {
            throw DeliveryFailure("\(user.name) governs \(room), but \(verb) was answered \(answer)")
        }
        if isIn { vaults[room]?.remove(other.id) } else { vaults[room]?.insert(other.id) }
        try model.record(
            .init(
                seq: seq, type: isIn ? "member.left" : "member.joined", room: room, by: user.id, subject: other.id,
                id: command["id"]?.string))
        successes.append(Success(command: command, ok: ok))
    }

    func postInVault() async throws {
        guard let vault = model.vaults.randomElement(using: &random) else { return }
        let command = fresh(["op": "message.post", "room": .string(vault.room), "text": "between us"])
        let answer = try await send([command])[0]
        guard let ok = answer.ok, let seq = ok["seq"]?.integer, let number = ok["number"]?.integer else {
            try answer.expect("no_such_room")
            return try require(vault.owner != user.id, "\(user.name) made \(vault.room), but \(answer) came")
        }
        try model.record(
            .init(
                seq: seq, type: "message.created", room: vault.room, by: user.id, id: command["id"]?.string,
                number: number, text: "between us"))
        successes.append(Success(command: command, ok: ok))
    }
}
