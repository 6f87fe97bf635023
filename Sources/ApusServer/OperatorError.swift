/// What stops a command of the operator: one sentence that says what is wrong and what to do.
package struct OperatorError: Error, CustomStringConvertible, Sendable {
    package let description: String

    package init(_ description: String) { self.description = description }
}
