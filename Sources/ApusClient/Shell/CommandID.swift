import Foundation

/// A UUIDv7 (RFC 9562 section 5.7): its time makes ids that were made one after the other lie together in the server's
/// index.
func newCommandID() -> String {
    var bytes = (0..<16).map { _ in UInt8.random(in: 0...255) }
    let time = UInt64(Date().timeIntervalSince1970 * 1_000)
    for index in 0..<6 { bytes[index] = UInt8(truncatingIfNeeded: time >> (40 - 8 * index)) }
    bytes[6] = bytes[6] & 0x0F | 0x70
    bytes[8] = bytes[8] & 0x3F | 0x80
    let digits = Array("0123456789abcdef")
    var text = ""
    for (index, byte) in bytes.enumerated() {
        if [4, 6, 8, 10].contains(index) { text.append("-") }
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    return text
}
