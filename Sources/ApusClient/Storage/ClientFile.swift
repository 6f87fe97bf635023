import ApusWire

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The file of one client: replaced as a whole, and on the disk when `write` returns. A second file beside it is the lock,
/// because the first is another one after each write.
final class ClientFile: Sendable {
    private let path: String
    private let lock: CInt

    init(_ path: String) throws(ClientError) {
        self.path = path
        lock = open("\(path).lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw Self.failure("open", "\(path).lock") }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            let isHeld = errno == EWOULDBLOCK
            let failure = Self.failure("lock", "\(path).lock")
            throw isHeld
                ? ClientError(.file, "\(path) is in use by another program; give each client a file of its own.")
                : failure
        }
    }

    /// Also when `init` throws.
    deinit { if lock >= 0 { close(lock) } }

    /// What was written last; nothing if there is no file yet.
    func read() throws(ClientError) -> Saved {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return Saved() }
            throw Self.failure("open", path)
        }
        defer { close(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = Self.read(file, into: &piece)
            guard count >= 0 else { throw Self.failure("read", path) }
            if count == 0 { break }
            bytes += piece[..<count]
        }
        do {
            return try Saved(try JSONValue(parsing: bytes))
        } catch {
            throw ClientError(
                .file,
                "\(path) is not the file of an Apus client: \(error). Move it away to begin anew; what it "
                    + "holds of unsent messages is then not sent.")
        }
    }

    func write(_ saved: Saved) throws(ClientError) {
        let new = "\(path).new"
        let file = open(new, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Self.failure("open", new) }
        var bytes = saved.json.encoded[...]
        while !bytes.isEmpty {
            let count = Self.write(file, bytes)
            if count < 0 {
                let failure = Self.failure("write", new)
                close(file)
                throw failure
            }
            bytes = bytes.dropFirst(count)
        }
        let isOnDisk = Self.flush(file)
        let failure = Self.failure("write", new)
        close(file)
        guard isOnDisk else { throw failure }
        guard rename(new, path) == 0 else { throw Self.failure("replace", path) }
        try syncFolder()
    }

    /// The new name is on the disk when the folder is.
    private func syncFolder() throws(ClientError) {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let file = open(folder, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Self.failure("open", folder) }
        defer { close(file) }
        guard Self.flush(file) else { throw Self.failure("write", folder) }
    }

    /// On Darwin `fsync` leaves it in the disk's own memory (fsync(2) there); some file systems know nothing better.
    private static func flush(_ file: CInt) -> Bool {
        #if canImport(Darwin)
            if fcntl(file, F_FULLFSYNC) == 0 { return true }
        #endif
        return fsync(file) == 0
    }

    /// Interrupted by a signal means: again.
    private static func read(_ file: CInt, into piece: inout [UInt8]) -> Int {
        piece.withUnsafeMutableBytes { buffer in
            while true {
                #if canImport(Darwin)
                    let count = Darwin.read(file, buffer.baseAddress, buffer.count)
                #elseif canImport(Glibc)
                    let count = Glibc.read(file, buffer.baseAddress, buffer.count)
                #else
                    let count = Musl.read(file, buffer.baseAddress, buffer.count)
                #endif
                if count >= 0 || errno != EINTR { return count }
            }
        }
    }

    private static func write(_ file: CInt, _ bytes: ArraySlice<UInt8>) -> Int {
        bytes.withUnsafeBytes { buffer in
            while true {
                #if canImport(Darwin)
                    let count = Darwin.write(file, buffer.baseAddress, buffer.count)
                #elseif canImport(Glibc)
                    let count = Glibc.write(file, buffer.baseAddress, buffer.count)
                #else
                    let count = Musl.write(file, buffer.baseAddress, buffer.count)
                #endif
                if count >= 0 || errno != EINTR { return count }
            }
        }
    }

    private static func failure(_ verb: String, _ path: String) -> ClientError {
        ClientError(.file, "Cannot \(verb) \(path): \(String(cString: strerror(errno))).")
    }
}
