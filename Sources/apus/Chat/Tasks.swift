/// What runs besides, each until it is done or all are ended.
@MainActor
final class Tasks {
    private var running: [Int: Task<Void, Never>] = [:]
    private var last = 0

    var count: Int { running.count }

    func run(_ work: @escaping @MainActor () async -> Void) {
        last += 1
        let number = last
        // Begins after this, on the same actor: nothing is taken out before it is in.
        running[number] = Task {
            await work()
            running[number] = nil
        }
    }

    func cancelAll() { for task in running.values { task.cancel() } }
}
