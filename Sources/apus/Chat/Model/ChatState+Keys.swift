import ApusClient
import ApusWire

/// What the keys do.
extension ChatState {
    /// The text that is being written in the open room; each room has its own.
    var composer: Composer {
        get { composers[open ?? ""] ?? Composer() }
        set { composers[open ?? ""] = newValue }
    }

    mutating func press(_ key: Key) {
        notice = nil
        switch key {
        case .text(let text), .pasted(let text): write { $0.insert(text) }
        case .newLine: write { $0.insert("\n") }
        case .backspace: write { $0.backspace() }
        case .delete: write { $0.delete() }
        case .wordBack: write { $0.wordBack() }
        case .lineBack: write { $0.lineBack() }
        case .left: composer.move(by: -1)
        case .right: composer.move(by: 1)
        case .home: composer.home()
        case .end: composer.end()
        case .up: up()
        case .down: _ = panel == nil ? composer.moveLine(by: 1) : scrollPanel(by: 1)
        case .pageUp: scroll(by: -1)
        case .pageDown: scroll(by: 1)
        case .enter: submit()
        case .escape: escape()
        case .nextRoom: leaveComposer { $0.changeRoom(by: 1) }
        case .previousRoom: leaveComposer { $0.changeRoom(by: -1) }
        case .redraw: effects.append(.redraw)
        case .quit: if composer.text.isEmpty { effects.append(.quit) } else { write { $0 = Composer() } }
        }
    }

    /// Nobody types in a room that they have turned away from.
    mutating func leaveComposer(_ change: (inout ChatState) -> Void) {
        stopTyping()
        change(&self)
    }

    private mutating func write(_ change: (inout Composer) -> Void) {
        change(&composer)
        guard let open, case let text = composer.text, !text.isEmpty, text.first != "/" else { return stopTyping() }
        if case .edit = composer.purpose { return }
        // Renewed well before it ends by itself.
        if let told = typingToldAt, now - told < Self.typingLasts / 2 { return }
        guard connection.transport != nil else { return }
        typingToldAt = now
        effects.append(.typing(room: open, true))
    }

    mutating func stopTyping() {
        guard typingToldAt != nil, let open else { return }
        typingToldAt = nil
        effects.append(.typing(room: open, false))
    }

    private mutating func up() {
        if panel != nil { return _ = scrollPanel(by: -1) }
        guard composer.text.isEmpty, composer.purpose == .new else { return _ = composer.moveLine(by: -1) }
        editLast()
    }

    mutating func editLast() {
        let timeline = timelines[open ?? ""] ?? Timeline()
        // Not the one before it, if the last one is still on its way.
        for message in timeline.pending.reversed() {
            switch message.state {
            case .failed: continue
            case .onDisk(let number): return composer = Composer(message.text, .edit(number))
            case .queued: return notice = "Your last message is still on its way; it can be edited when it has ✓."
            }
        }
        guard let own = timeline.messages.last(where: { $0.by == me && $0.text != nil }) else { return }
        composer = Composer(own.text ?? "", .edit(own.number))
    }

    private mutating func escape() {
        if panel != nil { return panel = nil }
        guard composer.purpose == .new else {
            composer = Composer()
            return stopTyping()
        }
        if let open { anchors[open] = nil }
    }

    private mutating func submit() {
        let text = composer.string
        guard !text.allSatisfy(\.isWhitespace) else { return }
        if composer.purpose == .new, text.hasPrefix("/"), !text.hasPrefix("//") {
            composer = Composer()
            return run(text)
        }
        guard let open else {
            return notice = "You are in no room yet: /join ROOM enters one, /create ROOM makes one."
        }
        switch composer.purpose {
        case .edit(let number):
            if composer.isChanged { effects.append(.edit(room: open, number: number, text: text)) }
        // Two slashes say one.
        case .new: say(text.hasPrefix("//") ? String(text.dropFirst()) : text, in: open, replyTo: nil)
        case .reply(let number): say(text, in: open, replyTo: number)
        }
        composer = Composer()
        anchors[open] = nil
    }

    mutating func say(_ text: String, in room: String, replyTo: Int64?) {
        let message = PendingMessage(id: newID(), text: text, replyTo: replyTo)
        timelines[room, default: Timeline()].pending.append(message)
        panel = nil
        // Who answers has seen it.
        timelines[room]?.newFrom = nil
        effects.append(.post(id: message.id, room: room, text: text, replyTo: replyTo))
        stopTyping()
    }

    mutating func restore(_ entries: [ApusClient.Unsent]) {
        for entry in entries where entry.op == "message.post" {
            let message = PendingMessage(
                id: entry.id, text: entry.fields["text"]?.string ?? "", replyTo: entry.fields["reply_to"]?.integer,
                state: .failed("\(entry.refusal)"))
            timelines[entry.fields["room"]?.string ?? "", default: Timeline()].pending.append(message)
        }
    }

    private mutating func scroll(by pages: Int) {
        if panel != nil { return _ = scrollPanel(by: pages * max(1, geometry.messages - 2)) }
        guard let open, let timeline = TimelineLayout(self) else { return }
        anchors[open] = timeline.anchor(paging: pages, from: anchors[open], height: geometry.messages)
    }

    /// Older messages are wanted: the window shows the first one that is here.
    var lacksRows: Bool {
        guard let open, let timeline = TimelineLayout(self) else { return false }
        return timeline.reachesTop(from: anchors[open], height: geometry.messages)
    }
}
