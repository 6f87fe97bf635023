import ApusWire
import Foundation

/// The command-line tool's end of the control socket: asks once and waits for the answer.
enum ControlClient {
    static func ask(_ request: JSONValue, at path: String) throws -> JSONValue {
        let descriptor = try connect(to: path)
        defer { close(descriptor) }
        var line = request.encoded + [UInt8(ascii: "\n")]
        while !line.isEmpty {
            let sent = send(descriptor, line, line.count, Int32(MSG_NOSIGNAL))
            guard sent > 0 else { throw failure(path) }
            line.removeFirst(sent)
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while answer.last != UInt8(ascii: "\n") {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count == 0 { throw OperatorError("The server ended before it answered; try again.") }
            guard count > 0 else { throw failure(path) }
            answer += buffer[..<count]
        }
        return try JSONValue(parsing: answer)
    }

    /// Whether a server is there.
    static func isAnswered(at path: String) -> Bool {
        guard let descriptor = try? connect(to: path) else { return false }  // not being there is the answer
        close(descriptor)
        return true
    }

    private static func connect(to path: String) throws -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { throw failure(path) }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw failure(path) }
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard connected == 0 else {
            defer { close(descriptor) }
            throw failure(path)
        }
        return descriptor
    }

    private static func failure(_ path: String) -> OperatorError {
        OperatorError(
            "Another process holds the data folder but does not answer at \(path) "
                + "(\(String(cString: strerror(errno)))); try again, or stop it.")
    }
}
