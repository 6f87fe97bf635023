/// A limit, as a refusal tells of it (draft-ietf-httpapi-ratelimit-headers-10).
package struct RateLimitPolicy: Sendable {
    private let name: String
    private let quota: Int
    /// The seconds in which the quota grows back; nil where it is for what is asked at the same time.
    private let window: Int?

    package init(_ name: String, quota: Int, window: Int?) {
        self.name = name
        self.quota = quota
        self.window = window
    }

    /// The quota, that nothing of it is left, and the seconds until there is some.
    package func fields(retryAfterMilliseconds wait: Int64) -> [(name: String, value: String)] {
        [
            (
                "ratelimit-policy",
                "\"\(name)\";q=\(quota);\(window.map { "w=\($0)" } ?? "qu=\"concurrent-requests\"")"
            ),
            ("ratelimit", "\"\(name)\";r=0;t=\((wait + 999) / 1000)"),
        ]
    }
}
