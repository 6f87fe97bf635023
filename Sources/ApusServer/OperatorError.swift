/// What stops a command of the operator: one sentence that says what is wrong and what to do.
package struct OperatorError: Error, CustomStringConvertible, Sendable {
    package let description: String
    /// Whether the command itself was wrong, not what it met.
    package let isUsage: Bool

    package init(_ description: String, isUsage: Bool = false) {
        self.description = description
        self.isUsage = isUsage
    }
}
