package import ApusChat
import ApusCore
import ApusWire

/// A case that did not hold, in a sentence.
package struct ConformanceFailure: Error, CustomStringConvertible {
    package let description: String
}

/// What any `ChatStore` must do, as cases that throw a sentence when it does not. Every case gets a new, empty store.
package enum LogConformance {
    package struct Case: Sendable, CustomStringConvertible {
        package let description: String
        package let run: @Sendable (any ConformanceEngine) throws -> Void
    }

    package static let cases: [Case] =
        reading + visibilities + epochs + writing + progress + histories + rooms + accounts + messages + searches
}

/// How the suite makes and opens stores of one engine.
package protocol ConformanceEngine: Sendable {
    /// Opens the store, for the first time or again, and begins an epoch; the last one opened is no longer used.
    func open() throws -> any ChatStore
}

func require(_ isTrue: Bool, _ sentence: @autoclosure () -> String) throws {
    if !isTrue { throw ConformanceFailure(description: sentence()) }
}

func require<T: Equatable>(_ came: T, equals expected: T, _ what: @autoclosure () -> String) throws {
    if came != expected {
        throw ConformanceFailure(description: "\(what()): \(expected) was expected, but \(came) came")
    }
}
