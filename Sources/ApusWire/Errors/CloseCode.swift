/// Why a stream ended: a WebSocket close code (RFC 6455 section 7.4; 4400 and up are Apus's own), and `bye.code`
/// on SSE.
/// From the number alone a client knows what to do; listed in `Protocol/error-codes.json`.
public enum CloseCode: UInt16, Sendable, CaseIterable {
    case normal = 1000
    case goingAway = 1001
    case protocolError = 1002
    case invalidUTF8 = 1007
    case policyViolation = 1008
    case messageTooBig = 1009
    case badFrame = 4400
    case unauthorized = 4401
    case forbidden = 4403
    case noSignOfLife = 4408
    case reset = 4409
    case replaced = 4410
    case tooMuch = 4429
    case draining = 4503

    /// Whether the client should open a stream again by itself.
    public var reconnects: Bool {
        switch self {
        case .goingAway, .noSignOfLife, .reset, .tooMuch, .draining: true
        case .normal, .protocolError, .invalidUTF8, .policyViolation, .messageTooBig, .badFrame, .unauthorized,
            .forbidden, .replaced:
            false
        }
    }

    /// Whether the end is a sign that the transport does not work here. A refusal never is.
    public var countsAgainstTransport: Bool { self == .noSignOfLife || self == .protocolError }

    /// `bye.code` in words.
    public var name: String {
        switch self {
        case .normal: "normal"
        case .goingAway: "going_away"
        case .protocolError: "protocol_error"
        case .invalidUTF8: "invalid_utf8"
        case .policyViolation: "policy_violation"
        case .messageTooBig: "message_too_big"
        case .badFrame: "bad_frame"
        case .unauthorized: "unauthorized"
        case .forbidden: "forbidden"
        case .noSignOfLife: "no_sign_of_life"
        case .reset: "reset"
        case .replaced: "replaced"
        case .tooMuch: "too_much"
        case .draining: "draining"
        }
    }
}
