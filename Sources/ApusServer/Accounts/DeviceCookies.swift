import ApusChat
import Crypto
import Foundation

/// Cookies that say of a browser that somebody has signed in to a name with it. They let nobody in; they only keep the
/// tries of those who were here apart from those of strangers. The key is new with every start: then all are strangers.
struct DeviceCookies: Sendable {
    static let cookieName = "apus_device"

    private let key = SymmetricKey(size: .bits256)

    /// `NONCE.MAC`; the nonce is what tries are counted by.
    func make(for name: String) -> String {
        let nonce = OpaqueID.make()
        return "\(nonce).\(hexadecimal(mac(nonce, name)))"
    }

    /// The nonce of a cookie that was made here for this name.
    func nonce(_ cookie: String?, for name: String) -> String? {
        guard let parts = cookie?.split(separator: ".", omittingEmptySubsequences: false), parts.count == 2 else {
            return nil
        }
        let nonce = String(parts[0])
        // As keys, which are compared in a time that tells nothing.
        let came = SymmetricKey(data: Data(parts[1].utf8))
        return came == SymmetricKey(data: Data(hexadecimal(mac(nonce, name)).utf8)) ? nonce : nil
    }

    private func mac(_ nonce: String, _ name: String) -> HMAC<SHA256>.MAC {
        HMAC<SHA256>.authenticationCode(for: Data("\(nonce).\(name)".utf8), using: key)
    }
}
