/// A failure as told to a client: an RFC 9457 problem, in HTTP bodies and in `reply` frames alike.
public struct Problem: Error, Sendable, Equatable {
    public var code: ProblemCode
    /// One sentence for people: what was expected, what came, what to do.
    public var detail: String
    /// When to try again, for `rate_limited` and the like.
    public var retryAfterMilliseconds: Int64?
    public var requestID: String?

    public init(_ code: ProblemCode, _ detail: String, retryAfterMilliseconds: Int64? = nil) {
        self.code = code
        self.detail = detail
        self.retryAfterMilliseconds = retryAfterMilliseconds
    }

    public func encode(into writer: inout JSONWriter) {
        writer.object(encodeMembers)
    }

    /// The members alone, for a body that carries more beside them.
    public func encodeMembers(into writer: inout JSONWriter) {
        writer.member("type", "urn:apus:problem:\(code.rawValue)")
        writer.member("title", code.title)
        writer.member("status", code.status)
        writer.member("code", code.rawValue)
        writer.member("detail", detail)
        writer.member("retryable", code.isRetryable)
        if let retryAfterMilliseconds { writer.member("retry_after_ms", retryAfterMilliseconds) }
        if let requestID { writer.member("request_id", requestID) }
    }
}
