import ApusServer
import Foundation
import NIOCore
import NIOPosix

/// The server under load, and the token to speak to it with.
struct BenchTarget: Sendable {
    let url: String
    let authority: String
    let address: SocketAddress
    let token: String

    init(url text: String, token: String) throws {
        guard let url = URLComponents(string: text), let scheme = url.scheme, let host = url.host, !host.isEmpty else {
            throw Self.wrong(text)
        }
        guard scheme != "https" else {
            throw OperatorError(
                "apus bench speaks plain HTTP only, but the URL is \(text). Measure the server itself, in front of "
                    + "which TLS is ended, by its http:// address.", isUsage: true)
        }
        guard scheme == "http", ["", "/"].contains(url.path), url.query == nil, url.user == nil else {
            throw Self.wrong(text)
        }
        guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw OperatorError("--token is empty or no token. Make one with: apus token NAME", isUsage: true)
        }
        let port = url.port ?? 80
        let name = host.trimmingCharacters(in: ["[", "]"])
        do {
            address = try SocketAddress.makeAddressResolvingHost(name, port: port)
        } catch {
            throw OperatorError("The host \(name) of \(text) cannot be found. Is it spelled right?")
        }
        self.url = "http://\(host):\(port)"
        authority = "\(host):\(port)"
        self.token = token
    }

    private static func wrong(_ text: String) -> OperatorError {
        OperatorError(
            "--url is the server's address, as http://127.0.0.1:8080, but \"\(text)\" was given.", isUsage: true)
    }

    /// Connects on a loop; the closures run there.
    func connect(
        on loop: any EventLoop, configure: @escaping (ChannelPipeline.SynchronousOperations) throws -> Void,
        failed: @escaping (any Error) -> Void
    ) {
        let confined = NIOLoopBound((configure: configure, failed: failed), eventLoop: loop)
        ClientBootstrap(group: loop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connectTimeout(.seconds(10))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try confined.value.configure(channel.pipeline.syncOperations)
                }
            }
            .connect(to: address)
            .whenFailure { confined.value.failed($0) }
    }

    /// Why a connection could not be made, when trying again does not help.
    static func hopeless(_ error: any Error) -> OperatorError? {
        switch (error as? IOError)?.errnoCode {
        case EMFILE, ENFILE:
            OperatorError("There are no file descriptors left; use fewer readers, or raise \"ulimit -n\".")
        case EADDRNOTAVAIL:
            OperatorError(
                "This machine has no free port left for another connection to the server; use fewer readers (one "
                    + "address can hold some 28,000 to one port), or load it from several machines.")
        default: nil
        }
    }

    /// The same in words for people who wait for the first connection.
    func unreachable(_ error: any Error) -> OperatorError {
        let reason =
            switch error {
            case let error as IOError where error.errnoCode == ECONNREFUSED: "the connection was refused"
            case let error as IOError: String(cString: strerror(error.errnoCode))
            case ChannelError.connectTimeout: "it took longer than 10 seconds"
            default: "\(error)"
            }
        return OperatorError("No connection to \(url): \(reason). Is the server running there?")
    }
}
