import Foundation

/// The folder that holds everything a server keeps, and the lock that says who may write to it.
package final class DataFolder: Sendable {
    package let path: String
    private let descriptor: Int32

    package var database: String { path + "/apus.sqlite" }
    package var controlSocket: String { path + "/control.sock" }

    /// Whether a server or a command has kept something at this path before.
    package static func isThere(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path + "/apus.sqlite")
    }

    /// Makes the folder if need be and takes its lock. Nil when another process holds the lock.
    package init?(taking path: String) throws {
        self.path = path
        try Self.makeFolder(path)
        let file = open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw OperatorError(
                "The data folder \(path) cannot be written to: \(String(cString: strerror(errno))). "
                    + "Give it to the user that runs Apus, or choose another with --data.")
        }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            return nil
        }
        descriptor = file
        // For people who want to know who holds it; the lock itself is the kernel's.
        let owner = Array("\(getpid())\n".utf8)
        guard ftruncate(file, 0) == 0, write(file, owner, owner.count) == owner.count else {
            close(file)
            throw OperatorError(
                "The data folder \(path) cannot be written to: \(String(cString: strerror(errno))). Make room there.")
        }
    }

    /// Lets the lock go. The kernel does the same when the process ends, however it ends.
    package func release() { close(descriptor) }

    private static func makeFolder(_ path: String) throws {
        if mkdir(path, 0o700) == 0 { return }
        let reason = errno
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue { return }
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
        if reason == ENOENT, parent != path {
            try makeFolder(parent)
            if mkdir(path, 0o700) == 0 { return }
        }
        throw OperatorError(
            "The data folder \(path) cannot be made: \(String(cString: strerror(reason))). Choose another with --data.")
    }
}
