import Crypto
import Foundation
import NIOCore

/// The chat page and everything it is made of, ready to be sent.
struct WebPage: Sendable {
    /// Of all that is in it: what has changed has another address, and may be kept for ever.
    let version: String
    let page: WebFile
    private let files: [String: WebFile]

    init(_ files: [WebFile] = WebFile.embedded()) {
        var hash = SHA256()
        for file in files.sorted(by: { $0.path < $1.path }) {
            hash.update(data: Data("\(file.path) \(file.plain.readableBytes)\n".utf8))
            hash.update(data: Data(file.plain.readableBytesView))
        }
        version = hexadecimal(hash.finalize().prefix(8))
        self.files = Dictionary(files.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        let assets = "/assets/\(version)"
        // Without these the browser would learn of each module only from the one that imports it.
        let modules = files.map(\.path).filter { $0.hasSuffix(".js") && $0 != Self.classic }.sorted()
            .map { "<link rel=\"modulepreload\" href=\"\(assets)/\($0)\">" }
        let text = self.files["Web/index.html"].map { String(buffer: $0.plain) } ?? ""
        page = WebFile(
            path: "Web/index.html",
            bytes: ByteBuffer(
                string: text.replacing("{assets}", with: assets)
                    .replacing("{modules}", with: modules.joined(separator: "\n"))))
    }

    /// Chooses the colours before anything is painted, and so is no module.
    private static let classic = "Web/theme.js"

    func file(_ path: String) -> WebFile? { files[path] }
}
