import CApusWeb
import NIOCore

/// A file of the chat page, as it is sent.
struct WebFile: Sendable {
    /// From the root of the repository, and so below `/assets/VERSION/`: relative imports hold in both.
    let path: String
    let type: String
    let plain: ByteBuffer
    /// nil where it would not be smaller.
    let gzipped: ByteBuffer?

    init(path: String, bytes: ByteBuffer) {
        self.path = path
        type = Self.types[path.split(separator: ".").last ?? ""] ?? "application/octet-stream"
        plain = bytes
        gzipped = Self.gzip(bytes)
    }

    private static let types: [Substring: String] = [
        "html": "text/html; charset=utf-8",
        "js": "text/javascript; charset=utf-8",
        "css": "text/css; charset=utf-8",
        "svg": "image/svg+xml",
        "webmanifest": "application/manifest+json",
    ]

    /// What the binary holds: the files of the repository.
    static func sources() -> [(path: String, bytes: ByteBuffer)] {
        var count = 0
        return UnsafeBufferPointer(start: apus_web_files(&count), count: count).map { file in
            let bytes = UnsafeRawBufferPointer(start: file.bytes, count: file.length)
            return (String(cString: file.path), ByteBuffer(bytes: bytes))
        }
    }

    /// What a browser gets: the SDK in one, and the code without its comments.
    static func embedded() -> [WebFile] {
        let (modules, others) = sources().reduce(into: ([String: String](), [WebFile]())) { files, source in
            let text = String(buffer: source.bytes)
            if source.path.hasPrefix(SDKBundle.folder) {
                files.0[String(source.path.dropFirst(SDKBundle.folder.count))] = text
            } else if source.path.hasSuffix(".js") {
                let code = JavaScript.code(of: text).joined(separator: "\n")
                files.1.append(WebFile(path: source.path, bytes: ByteBuffer(string: code)))
            } else {
                files.1.append(WebFile(path: source.path, bytes: source.bytes))
            }
        }
        let bundle = ByteBuffer(string: SDKBundle.text(of: modules))
        return others + [WebFile(path: SDKBundle.folder + SDKBundle.entry, bytes: bundle)]
    }

    private static func gzip(_ bytes: ByteBuffer) -> ByteBuffer? {
        let capacity = apus_gzip_bound(bytes.readableBytes)
        var gzipped = ByteBuffer()
        let length = gzipped.writeWithUnsafeMutableBytes(minimumWritableBytes: capacity) { output in
            bytes.withUnsafeReadableBytes { input in
                apus_gzip(
                    input.bindMemory(to: UInt8.self).baseAddress, input.count,
                    output.bindMemory(to: UInt8.self).baseAddress, capacity)
            }
        }
        return length > 0 && length < bytes.readableBytes ? gzipped : nil
    }
}
