import CBuildInfo

/// What this binary is.
package enum Version {
    package static let number = "0.1.0"

    /// The commit it was built from, as far as the build was told (`APUS_COMMIT`).
    package static var commit: String { String(cString: apus_commit()) }

    package static var description: String { "apus \(number) (commit \(commit))" }
}
