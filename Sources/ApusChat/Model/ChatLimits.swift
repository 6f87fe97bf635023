/// What one user may do; 0 means no limit.
package struct ChatLimits: Sendable {
    /// Unicode scalars in a message.
    package var textLength = 10_000
    package var commandsPerSecond = 20
    package var commandBurst = 60

    package init() {}
}
