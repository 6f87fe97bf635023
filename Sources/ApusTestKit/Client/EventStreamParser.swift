/// Reads `text/event-stream` as the HTML standard says in section 9.2.6, whatever pieces the bytes come in.
struct EventStreamParser {
    private var events: [ServerSentEvent] = []
    /// The last `retry:`, in milliseconds.
    private(set) var retry: Int?
    /// Bytes of comment so far, colons and line ends not counted.
    private(set) var commentBytes = 0

    private var line: [UInt8] = []
    private var skipsLineFeed = false
    private var isFirstLine = true
    private var name = ""
    private var lastID = ""
    private var data: [UInt8] = []
    private var hasData = false

    mutating func feed(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            defer { skipsLineFeed = byte == 0x0D }
            switch byte {
            case 0x0A where skipsLineFeed: break
            case 0x0A, 0x0D:
                take(line[...])
                line.removeAll(keepingCapacity: true)
            default: line.append(byte)
            }
        }
    }

    /// The next whole event that is not taken yet.
    mutating func next() -> ServerSentEvent? {
        events.isEmpty ? nil : events.removeFirst()
    }

    private mutating func take(_ whole: ArraySlice<UInt8>) {
        let line = isFirstLine && whole.starts(with: [0xEF, 0xBB, 0xBF]) ? whole.dropFirst(3) : whole
        isFirstLine = false
        if line.isEmpty { return dispatch() }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return field(line, []) }
        if colon == line.startIndex {
            commentBytes += line.count - 1
            return
        }
        let value = line[(colon + 1)...]
        field(line[..<colon], value.first == 0x20 ? value.dropFirst() : value)
    }

    private mutating func field(_ name: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) {
        switch String(decoding: name, as: UTF8.self) {
        case "event": self.name = String(decoding: value, as: UTF8.self)
        case "data":
            if hasData { data.append(0x0A) }
            data.append(contentsOf: value)
            hasData = true
        case "id" where !value.contains(0): lastID = String(decoding: value, as: UTF8.self)
        case "retry" where !value.isEmpty && value.allSatisfy({ (0x30...0x39).contains($0) }):
            retry = Int(String(decoding: value, as: UTF8.self))
        default: break
        }
    }

    private mutating func dispatch() {
        if hasData {
            events.append(
                ServerSentEvent(
                    name: name.isEmpty ? "message" : name, id: lastID, data: String(decoding: data, as: UTF8.self)))
        }
        name = ""
        data.removeAll(keepingCapacity: true)
        hasData = false
    }
}

package struct ServerSentEvent: Sendable, Equatable {
    package var name: String
    /// The last event id, which stays until another one comes.
    package var id: String
    package var data: String
}
