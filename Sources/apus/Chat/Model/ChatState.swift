import ApusClient
import ApusWire
import Foundation

/// All that the chat knows, and what each thing that happens changes in it. No socket, no terminal, no clock.
struct ChatState: Sendable {
    struct Person: Equatable, Sendable {
        var name: String
        var displayName: String
        /// Posts, and never reads.
        var isHook = false
    }

    /// Where a room was left: scrolled so that this row is the last one to be seen; nil is its end.
    struct Anchor: Equatable, Sendable {
        var number: Int64
        var line: Int
    }

    var width: Int
    var height: Int
    let timeZone: TimeZone
    var connection = ChatInput.Connection()
    var roundTrip: Milliseconds?
    var me = ""
    var people: [String: Person] = [:]
    var rooms: [ChatRoom] = []
    var open: String?
    /// Who is in the rooms that were looked at.
    var members: [String: Set<String>] = [:]
    var timelines: [String: Timeline] = [:]
    var composers: [String: Composer] = [:]
    var anchors: [String: Anchor] = [:]
    var signals = Signals()
    /// Since when each typing has been renewed: it ends by itself.
    var typing: [String: (v: Int64, since: Milliseconds)] = [:]
    var notice: String?
    var panel: Panel?
    var isSynced = false
    /// A room that one has come into could not be read: only a snapshot is sure to have it.
    var isStale = false
    /// Whose members are on their way, and who is to be looked up again.
    var membersAsked: Set<String> = []
    private var unnamed: Set<String> = []
    /// Where what is known is true.
    var seq: Int64 = 0
    /// What happens while a snapshot is on its way may be missing in it.
    var meanwhile: [Event]?
    var typingToldAt: Milliseconds?
    /// After something could not be read, it is not asked for again at once.
    var readAgainAt: Milliseconds = 0
    static let readAgainAfter: Milliseconds = 2_000
    var now: Milliseconds = 0
    var effects: [ChatEffect] = []
    private var lastID = 0
    private let idPrefix: String

    /// - Parameter idPrefix: what the ids of this run's messages begin with; no other run may have the same.
    init(width: Int, height: Int, timeZone: TimeZone, idPrefix: String) {
        self.width = width
        self.height = height
        self.timeZone = timeZone
        self.idPrefix = idPrefix
    }

    mutating func handle(_ input: ChatInput, now: Milliseconds) -> [ChatEffect] {
        self.now = now
        effects = []
        switch input {
        case .key(let key): press(key)
        case .resized(let width, let height): (self.width, self.height) = (width, height)
        case .connection(let connection): connect(connection)
        case .roundTrip(let time): roundTrip = time
        case .synced(let snapshot): sync(snapshot)
        case .syncFailed(let why):
            meanwhile = nil
            failed(why)
        case .event(let event): take(event)
        case .reset: reset()
        case .signals(let new): take(new)
        case .history(let room, let before, let history):
            timelines[room]?.load(history, before: before)
            for message in history.messages where people[message.by] == nil { lookUp(message.by) }
        case .historyFailed(let room, let why):
            timelines[room]?.loadingFailed()
            failed(why)
        case .posted(let id, let posted):
            for room in timelines.keys { timelines[room]?.posted(id, posted.number) }
        case .refused(let id, let refusal):
            for room in timelines.keys { timelines[room]?.change(id, to: .failed("\(refusal)")) }
        case .unsent(let entries): restore(entries)
        case .room(let json, let opens): came(json, opens)
        case .roomFailed(let why):
            isStale = true
            failed(why)
        case .publicRooms(let json): panel = Panel(.publicRooms(json["rooms"]?.array ?? []))
        case .members(let room, let json): learnMembers(of: room, json)
        case .membersFailed(let room, let why):
            membersAsked.remove(room)
            failed(why)
        case .found(let words, let messages): found(messages, for: words)
        case .searchFailed(let words, let why): searchFailed(why, for: words)
        case .name(let user, let json): know(user, json)
        case .nameFailed(let user, let why):
            unnamed.insert(user)
            failed(why)
        case .person(let name, let person): found(person, called: name)
        case .told(let sentence): notice = sentence
        case .tick: break
        }
        settle()
        return effects
    }

    mutating func newID() -> String {
        lastID += 1
        return "\(idPrefix)-\(lastID)"
    }

    /// What follows from the state alone: something to read, and what was read.
    private mutating func settle() {
        if connection.transport != nil, !isSynced || isStale, meanwhile == nil, now >= readAgainAt {
            meanwhile = []
            effects.append(.sync)
        }
        if connection.transport != nil, now >= readAgainAt {
            for user in unnamed.sorted() where people[user]?.name == user { lookUp(user) }
            unnamed = []
        }
        guard isSynced, let open, let index = rooms.firstIndex(where: { $0.id == open }), connection.transport != nil
        else {
            return
        }
        if members[open] == nil, !membersAsked.contains(open), now >= readAgainAt {
            membersAsked.insert(open)
            effects.append(.members(open))
        }
        let timeline = timelines[open] ?? Timeline()
        if !timeline.isLoading, now >= readAgainAt {
            if !timeline.isLoaded {
                load(open, before: nil)
            } else if timeline.hasMoreBefore, lacksRows {
                load(open, before: timeline.messages.first?.number)
            }
        }
        guard timeline.isLoaded, anchors[open] == nil, panel == nil, timeline.last > rooms[index].read else { return }
        rooms[index].wasRead(upTo: timeline.last)
        effects.append(.read(room: open, number: timeline.last))
    }

    private mutating func load(_ room: String, before: Int64?) {
        timelines[room, default: Timeline()].beginLoading()
        effects.append(.history(room: room, before: before))
    }

    private mutating func failed(_ why: String) {
        notice = why
        readAgainAt = now + Self.readAgainAfter
    }

    private mutating func connect(_ new: ChatInput.Connection) {
        let wasConnected = connection.transport != nil
        connection = new
        // What was typed of without a connection is of no interest; what is typed now is.
        if !wasConnected { typingToldAt = nil }
    }
}
