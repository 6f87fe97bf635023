package import ApusWire

/// The kinds of current state that are not worth a place in the log.
package enum SignalKind: String, Sendable, Hashable {
    case typing, presence, receipt, receipts
}

/// What a signal is about; of two values for one key the one with the greater version wins.
package struct SignalKey: Sendable, Hashable {
    package let kind: SignalKind
    package let room: RoomKey?
    package let user: UserKey?

    package init(_ kind: SignalKind, room: RoomKey?, user: UserKey?) {
        self.kind = kind
        self.room = room
        self.user = user
    }
}

/// A new value for a key, before it has a version.
package struct SignalDraft: Sendable {
    package let key: SignalKey
    /// The room's and the user's names on the wire.
    package let room: String?
    package let user: String?
    /// One JSON value.
    package let value: [UInt8]
    package let at: Timestamp
    /// Whether this is the state that is assumed of what is absent.
    package let isAtRest: Bool
    /// After this time clients take the signal to be at rest, and the map sets `restValue`.
    package let expiresMilliseconds: Int64?
    package let restValue: [UInt8]

    package init(
        key: SignalKey, room: String?, user: String?, value: [UInt8], at: Timestamp, isAtRest: Bool,
        expiresMilliseconds: Int64? = nil, restValue: [UInt8] = []
    ) {
        self.key = key
        self.room = room
        self.user = user
        self.value = value
        self.at = at
        self.isAtRest = isAtRest
        self.expiresMilliseconds = expiresMilliseconds
        self.restValue = restValue
    }
}

/// A value with its version, encoded once for every reader.
package struct EncodedSignal: Sendable {
    package let key: SignalKey
    package let version: Int64
    package let json: [UInt8]
}
