/// The machine-readable reason of a failure; clients branch on it. Listed once, in `Protocol/error-codes.json`,
/// against which the tests check this table.
public enum ProblemCode: String, Sendable, CaseIterable {
    case badRequest = "bad_request"
    case badJSON = "bad_json"
    case unknownOperation = "unknown_op"
    case invalidField = "invalid_field"
    case unauthorized
    case wrongCredentials = "wrong_credentials"
    case forbidden
    case notAMember = "not_a_member"
    case banned
    case setupRequired = "setup_required"
    case inviteRequired = "invite_required"
    case notFound = "not_found"
    case noSuchRoom = "no_such_room"
    case noSuchMessage = "no_such_message"
    case noSuchUser = "no_such_user"
    case noSuchLink = "no_such_link"
    case noSuchConnection = "no_such_connection"
    case methodNotAllowed = "method_not_allowed"
    case requestTimeout = "request_timeout"
    case roomArchived = "room_archived"
    case roomExists = "room_exists"
    case nameTaken = "name_taken"
    case idReused = "id_reused"
    case reset
    case tooLarge = "too_large"
    case unsupportedMediaType = "unsupported_media_type"
    case upgradeRequired = "upgrade_required"
    case rateLimited = "rate_limited"
    case tooManyStreams = "too_many_streams"
    case headersTooLarge = "headers_too_large"
    case internalError = "internal_error"
    case storageUnavailable = "storage_unavailable"
    case overloaded
    case draining
    case notTried = "not_tried"

    /// The HTTP status that goes with the code (RFC 9110 section 15).
    public var status: Int {
        switch self {
        case .badRequest, .badJSON, .unknownOperation, .invalidField: 400
        case .unauthorized, .wrongCredentials: 401
        case .forbidden, .notAMember, .banned, .setupRequired, .inviteRequired: 403
        case .notFound, .noSuchRoom, .noSuchMessage, .noSuchUser, .noSuchLink, .noSuchConnection: 404
        case .methodNotAllowed: 405
        case .requestTimeout: 408
        case .roomArchived, .roomExists, .nameTaken, .idReused: 409
        case .reset: 410
        case .tooLarge: 413
        case .unsupportedMediaType: 415
        case .upgradeRequired: 426
        case .rateLimited, .tooManyStreams: 429
        case .headersTooLarge: 431
        case .internalError: 500
        case .storageUnavailable, .overloaded, .draining, .notTried: 503
        }
    }

    /// Whether the same request may succeed later without being changed.
    public var isRetryable: Bool {
        switch self {
        case .requestTimeout, .rateLimited, .tooManyStreams, .internalError, .storageUnavailable, .overloaded,
            .draining,
            .notTried:
            true
        default: false
        }
    }

    public var title: String {
        switch self {
        case .badRequest: "The request cannot be understood"
        case .badJSON: "The body is not the JSON that was expected"
        case .unknownOperation: "There is no such operation"
        case .invalidField: "A field is missing or has a wrong value"
        case .unauthorized: "Credentials are missing or no longer good"
        case .wrongCredentials: "The name or the password is wrong"
        case .forbidden: "You may not do this"
        case .notAMember: "You are not a member of this room"
        case .banned: "You are banned"
        case .setupRequired: "The server has no owner yet"
        case .inviteRequired: "An invite is needed"
        case .notFound: "There is nothing here"
        case .noSuchRoom: "There is no such room"
        case .noSuchMessage: "There is no such message"
        case .noSuchUser: "There is no such user"
        case .noSuchLink: "The link is not good, or not any more"
        case .noSuchConnection: "There is no such connection"
        case .methodNotAllowed: "This method does not work here"
        case .requestTimeout: "The request took too long to arrive"
        case .roomArchived: "The room is archived"
        case .nameTaken: "The name is taken"
        case .roomExists: "The room exists already"
        case .idReused: "The command id was used for something else"
        case .reset: "The cursor cannot be continued"
        case .tooLarge: "Too large"
        case .unsupportedMediaType: "The content type is not application/json"
        case .upgradeRequired: "Another version of WebSocket is needed"
        case .rateLimited: "Too many commands"
        case .tooManyStreams: "Too many streams"
        case .headersTooLarge: "The header fields are too large"
        case .internalError: "Something went wrong in the server"
        case .storageUnavailable: "The server cannot write to its disk"
        case .overloaded: "The server has too much to do"
        case .draining: "The server is going away"
        case .notTried: "Not tried, because an earlier command of the array failed"
        }
    }
}
