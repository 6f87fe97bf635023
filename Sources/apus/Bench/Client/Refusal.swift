import ApusClient
import ApusServer
import ApusWire
import NIOCore

/// Why the server will not do what the bench wants, in a sentence that says what to do.
struct Refusal {
    let code: String
    let detail: String

    private static let passing: Set = [
        "draining", "going_away", "normal", "no_sign_of_life", "storage_unavailable", "internal_error", "not_tried",
    ]

    /// Whether the server only cannot now, and the same may be asked again.
    var isPassing: Bool { Self.passing.contains(code) }

    var sentence: OperatorError {
        switch code {
        case "unauthorized":
            OperatorError("The server does not take this token (401 unauthorized). Make one with: apus token NAME")
        case "rate_limited":
            OperatorError(
                "The server limits the commands of this user. Start it without limits for the bench: "
                    + "apus serve --commands-per-second 0 --streams-per-user 0")
        case "too_many_streams", "too_much":
            OperatorError(
                "The server limits the streams of this user. Start it without limits for the bench: "
                    + "apus serve --streams-per-user 0 --commands-per-second 0")
        default: OperatorError("The server refused (\(code)): \(detail.isEmpty ? "without a reason." : detail)")
        }
    }

    init(code: String, detail: String) {
        self.code = code
        self.detail = detail
    }

    /// A problem (RFC 9457) if it is one, else what there is to say of the answer.
    init(_ answer: HTTPAnswer) {
        let value = try? JSONValue(parsing: answer.body.readableBytesView)  // proxies answer with anything
        if let code = value?["code"]?.string {
            self.init(code: code, detail: value?["detail"]?.string ?? "")
        } else {
            // A gateway whose server is away for a moment.
            let isPassing = [502, 503, 504].contains(answer.status)
            self.init(
                code: isPassing ? "going_away" : "status \(answer.status)",
                detail: "It was not a reply of an Apus server; is there a proxy between?")
        }
    }

    init(close code: UInt16, reason: String) {
        let known = CloseCode(rawValue: code)
        self.init(
            code: known?.name ?? "close code \(code)", detail: reason.isEmpty ? "The connection was closed." : reason)
    }
}

/// Why a stream is over.
enum StreamEnd {
    /// The network or the server broke off: read on from the cursor.
    case lost(String)
    /// The cursor is no good any more; go on from the new one.
    case reset(String)
    /// Asking again does not help.
    case refused(OperatorError)

    init(_ refusal: Refusal) {
        self = refusal.isPassing ? .lost(refusal.code) : .refused(refusal.sentence)
    }

    init(connecting error: any Error) {
        self = BenchTarget.hopeless(error).map { .refused($0) } ?? .lost("\(error)")
    }
}
