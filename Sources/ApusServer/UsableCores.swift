import Foundation
import NIOCore

/// How many threads can run at once: the machine's cores as NIO counts them (a container's share included), but no more
/// than this process is pinned to (`taskset`, a cpuset).
var usableCores: Int {
    // Linux says it as a mask in hexadecimal, with commas (proc(5), Cpus_allowed); elsewhere there is no such file.
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
        let mask = status.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed:") })
    else { return System.coreCount }
    let pinned = mask.dropFirst("Cpus_allowed:".count).reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
    return max(1, min(pinned, System.coreCount))
}
