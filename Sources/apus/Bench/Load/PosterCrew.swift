import ApusServer
import NIOCore

/// The posters of a run, spread over the loops.
struct PosterCrew: Sendable {
    let loops: Loops
    let posters: [NIOLoopBound<Poster>]

    /// - Parameter readers: by loop and room, how many readers there are to wait for.
    init(_ plans: [Poster.Plan], readers: [[Int]], _ loops: Loops) async throws {
        self.loops = loops
        var posters: [NIOLoopBound<Poster>] = []
        for (index, plan) in plans.enumerated() {
            let loop = loops.all[index % loops.all.count]
            posters.append(
                try await loop.submit {
                    NIOLoopBound(Poster(plan, readers: readers, on: loop), eventLoop: loop)
                }.get())
        }
        self.posters = posters
    }

    func each(_ body: @escaping @Sendable (Poster) -> Void) async throws {
        for poster in posters { try await loops.on(poster, body) }
    }

    func posted() async throws -> Poster.Posted {
        var sum: Poster.Posted?
        for poster in posters {
            let one = try await loops.on(poster) { $0.posted }
            if let failure = one.failure { throw failure }
            if sum == nil { sum = one } else { sum?.add(one) }
        }
        guard let sum else { preconditionFailure("a crew has at least one poster") }
        return sum
    }

    /// Opens all connections.
    func connect() async throws {
        try await each { $0.connect() }
        let begun = Monotonic.now()
        while true {
            let posted = try await posted()
            if posted.isOpen { return }
            guard Monotonic.now() - begun < 20_000_000_000 else {
                throw OperatorError(
                    "The connections to post over could not be opened: \(posted.lastTrouble ?? "no answer came")."
                        + " Does a proxy hold WebSockets back? \"apus bench post --over http\" may work.")
            }
            if Task.isCancelled { throw Interrupted.early }
            try await loops.pause(20)
        }
    }
}
