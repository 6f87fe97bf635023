import ApusChat
import ApusWire

/// How often somebody may try to sign in. No I/O; the clock comes in. Why there are several counts, and why an attacked
/// name does not lock its owner out: docs/adr/0003-sign-in-throttling.md.
struct SignInThrottle {
    /// What tries are counted by.
    enum Count: Hashable {
        /// Strangers at an address, whatever name they try.
        case address(String)
        /// Strangers that try a name, wherever they are.
        case name(String)
        /// Who tries a name from an address from which it has been signed in to.
        case acquaintance(name: String, address: String)
        /// Who shows that this browser has signed in to the name before.
        case device(String)
        /// Who is signed in already, and gives the password again.
        case user(String)
    }

    private struct Place: Hashable {
        let name: String
        let address: String
    }

    private static let minute: Int64 = 60_000
    /// More counts than this come only from an attack from thousands of addresses; then they begin anew, and the
    /// bounded queue for passwords is what holds. Each takes as much as a name and an address.
    private let maximum: Int
    private let perMinute: Int64
    /// When each count will be at nought again.
    private var clear: [Count: Int64] = [:]
    private var sweptAt: Int64 = 0
    var size: Int { clear.count }
    private var places: Set<Place> = []

    /// - Parameter perMinute: 0 means no limit.
    init(perMinute: Int, maximum: Int = 100_000) {
        self.perMinute = Int64(perMinute)
        self.maximum = maximum
    }

    /// By what a try for a name is counted. What nobody can be called is no key: it may be as long as a request.
    func counts(name: String, address: String, device: String?) -> [Count] {
        guard NewUser.isName(name) else { return [.address(address)] }
        if let device { return [.device(device)] }
        if places.contains(Place(name: name, address: address)) {
            return [.acquaintance(name: name, address: address)]
        }
        return [.address(address), .name(name)]
    }

    /// Counts a try. Nil when it may be made; otherwise after how many milliseconds one may.
    mutating func refusal(_ counts: [Count], now: Timestamp) -> Int64? {
        guard perMinute > 0 else { return nil }
        let step = Self.minute / perMinute
        let latest = now.milliseconds + Self.minute
        // Otherwise a clock that was set back would keep people waiting until it is where it was.
        for count in counts { if let time = clear[count], time > latest { clear[count] = latest } }
        let waits = counts.map { clearing($0, now) - now.milliseconds - step * (perMinute - 1) }
        if let wait = waits.max(), wait > 0 { return wait }
        if clear.count + counts.count > maximum {
            sweep(now)
            // Otherwise the next try could find it full again, and each would sweep.
            if clear.count > maximum / 2 { clear = [:] }
        }
        for count in counts { clear[count] = clearing(count, now) + step }
        return nil
    }

    private func clearing(_ count: Count, _ now: Timestamp) -> Int64 {
        max(clear[count] ?? 0, now.milliseconds)
    }

    /// The try was not one of somebody who guesses.
    mutating func giveBack(_ counts: [Count]) {
        guard perMinute > 0 else { return }
        for count in counts { clear[count]? -= Self.minute / perMinute }
    }

    /// Somebody has signed in from here.
    mutating func remember(name: String, address: String) {
        if places.count >= maximum { places = [] }
        places.insert(Place(name: name, address: address))
    }

    /// Forgets what has run out. Called often; does it once a minute.
    mutating func tick(now: Timestamp) {
        if abs(now.milliseconds - sweptAt) >= Self.minute { sweep(now) }
    }

    private mutating func sweep(_ now: Timestamp) {
        sweptAt = now.milliseconds
        clear = clear.filter { $0.value > now.milliseconds }
    }
}
