package import ApusWire
package import NIOCore

/// The hub's settings; 0 means no limit where a limit is meant.
package struct HubConfiguration: Sendable {
    package var heartbeat: TimeAmount = .seconds(20)
    /// A cursor further behind is reset.
    package var maximumCatchUp: Int64 = 100_000
    package var streamsPerUser = 20
    package var ringEvents = 16_384
    package var ringBytes = 32 * 1024 * 1024
    /// Empty batches soon after an SSE stream's hello, by which a client tells a proxy that buffers.
    package var sseTicks: [TimeAmount] = [.milliseconds(500), .seconds(1)]
    /// A probing connection ends after this.
    package var probeLifetime: TimeAmount = .seconds(15)
    /// How long somebody whose stream ended is still taken to be here; a poll's lease is longer than a hidden
    /// tab's pause between two polls.
    package var streamLease: TimeAmount = .seconds(10)
    package var pollLease: TimeAmount = .seconds(75)
    /// How long a user's memberships stay in memory after their last reader.
    package var idleUser: TimeAmount = .seconds(120)
    /// Clients that are reset wait random(0, this) before they take a snapshot.
    package var spread: TimeAmount = .seconds(5)
    /// The server's name and version, for hello.
    package var server = "apus"
    /// What hello says under `limits`.
    package var limits = JSONObject()

    package init() {}
}
