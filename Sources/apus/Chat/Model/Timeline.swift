import ApusClient
import ApusWire

/// The part of a room's messages that has been read: without gaps from its first to its last, and one's own behind it
/// that are on their way.
struct Timeline: Equatable, Sendable {
    private(set) var messages: [ChatMessage] = []
    var pending: [PendingMessage] = []
    private(set) var hasMoreBefore = false
    private(set) var isLoaded = false
    /// What happens while a page is on its way may be missing in it.
    private var meanwhile: [Event]?
    /// Where "new" begins: the first message that was unread when the room was opened.
    var newFrom: Int64?

    var isLoading: Bool { meanwhile != nil }
    var last: Int64 { messages.last?.number ?? 0 }

    mutating func beginLoading() { meanwhile = [] }

    mutating func loadingFailed() { meanwhile = nil }

    /// A page before what is here, or the room's end.
    mutating func load(_ history: History, before: Int64?) {
        let page = history.messages.map { ChatMessage($0) }
        if before == nil {
            messages = page
        } else {
            messages = page.filter { message in messages.first.map { message.number < $0.number } ?? true } + messages
        }
        hasMoreBefore = history.hasMoreBefore
        isLoaded = true
        let events = meanwhile ?? []
        meanwhile = nil
        for event in events { apply(event) }
        forgetArrived()
    }

    mutating func apply(_ event: Event) {
        meanwhile?.append(event)
        guard isLoaded, let number = event.data["number"]?.integer else { return }
        if let message = Message(event) {
            if number == last + 1 || messages.isEmpty { messages.append(ChatMessage(message)) }
            pending.removeAll { $0.id == message.id }
        } else if let index = index(of: number) {
            messages[index].apply(event)
        }
        forgetArrived()
    }

    mutating func posted(_ id: String, _ number: Int64) {
        change(id, to: .onDisk(number: number))
        forgetArrived()
    }

    mutating func change(_ id: String, to state: PendingMessage.State) {
        guard let index = pending.firstIndex(where: { $0.id == id }) else { return }
        pending[index].state = state
    }

    func index(of number: Int64) -> Int? {
        guard let first = messages.first?.number else { return nil }
        let index = Int(number - first)
        return messages.indices.contains(index) && messages[index].number == number ? index : nil
    }

    func message(_ number: Int64) -> ChatMessage? { index(of: number).map { messages[$0] } }

    /// What stands among the messages is not shown behind them, too.
    private mutating func forgetArrived() {
        guard !pending.isEmpty else { return }
        let ids = Set(messages.suffix(500).compactMap(\.id))
        let last = last
        pending.removeAll { entry in
            if case .onDisk(let number) = entry.state, number <= last { return true }
            return ids.contains(entry.id)
        }
    }
}
