import Foundation
import NIOCore
import NIOPosix
import NIOSSL

/// Where the server is, and how to get a connection to it.
package struct Endpoint: Sendable {
    /// For people.
    package let url: String
    /// What stands in the `Host` header.
    let authority: String
    private let host: String
    private let port: Int
    /// Before every path of the protocol, for a server that lives in a folder of a site.
    private let prefix: String
    private let tls: NIOSSLContext?

    /// - Throws: `ClientError` unless it is an address like `https://chat.example.org` or `http://10.0.0.5:8080/apus`.
    package init(_ text: String) throws {
        guard let url = URLComponents(string: text), let scheme = url.scheme?.lowercased(), let host = url.host,
            !host.isEmpty, ["http", "https"].contains(scheme), url.query == nil, url.fragment == nil, url.user == nil
        else {
            throw ClientError(
                .wrongURL, "The server's address is like https://chat.example.org, but \"\(text)\" was given.")
        }
        let isSecure = scheme == "https"
        let usual = isSecure ? 443 : 80
        port = url.port ?? usual
        // With brackets or without, by the platform.
        self.host = host.trimmingCharacters(in: ["[", "]"])
        let name = self.host.contains(":") ? "[\(self.host)]" : self.host
        authority = port == usual ? name : "\(name):\(port)"
        prefix = url.path.hasSuffix("/") ? String(url.path.dropLast()) : url.path
        self.url = "\(scheme)://\(authority)\(prefix)"
        if isSecure {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.applicationProtocols = ["http/1.1"]
            // As other programs do that an operator's own authority must be told to.
            if let file = ProcessInfo.processInfo.environment["SSL_CERT_FILE"] {
                configuration.trustRoots = .file(file)
            }
            do { tls = try NIOSSLContext(configuration: configuration) } catch {
                throw ClientError(.file, "The certificates to trust (SSL_CERT_FILE) cannot be read: \(error).")
            }
        } else {
            tls = nil
        }
    }

    func target(_ path: String) -> String { prefix + path }

    /// Connects on a loop; the closures run there.
    func connect(
        on loop: any EventLoop, configure: @escaping (ChannelPipeline.SynchronousOperations) throws -> Void,
        failed: @escaping (any Error) -> Void
    ) {
        let confined = NIOLoopBound((configure: configure, failed: failed), eventLoop: loop)
        let (tls, host) = (tls, host)
        ClientBootstrap(group: loop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connectTimeout(.seconds(10))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addHandler(Self.handler(tls, host)) }
                    try confined.value.configure(pipeline)
                }
            }
            .connect(host: host, port: port)
            .whenFailure { confined.value.failed($0) }
    }

    /// Why there is no connection, for people.
    static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { reason($0.error) } ?? "the name \(error.host) cannot be found"
        case let error as IOError where error.errnoCode == ECONNREFUSED: "the connection was refused"
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case ChannelError.connectTimeout(let limit): "nothing came within \(limit.nanoseconds / 1_000_000_000) s"
        case ChannelError.eof: "the connection was cut"
        default: "\(error)"
        }
    }

    /// A server that is named by its number has no name to be told of (RFC 6066 section 3).
    private static func handler(_ tls: NIOSSLContext, _ host: String) throws -> NIOSSLClientHandler {
        let isNumber = (try? SocketAddress(ipAddress: host, port: 0)) != nil  // else it is a name
        return try NIOSSLClientHandler(context: tls, serverHostname: isNumber ? nil : host)
    }
}
