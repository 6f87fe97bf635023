import NIOCore

/// The application's token: asked for at every attempt, since it may be another one by then.
extension Shell {
    typealias TokenAnswer = Result<String, any Error>

    /// `then` runs on the loop. Whoever comes while the application is being asked shares its answer: one that never answers
    /// is not asked by each attempt anew. After ten seconds its question is taken back and asked again, for it may have gone
    /// out on a network that is no more.
    /// - Returns: what to take out of `tokenWaiters` when nobody waits any more.
    @discardableResult
    func withToken(_ then: @escaping (TokenAnswer) -> Void) -> Int {
        lastTokenWaiter += 1
        tokenWaiters[lastTokenWaiter] = then
        if let asking, now - asking.since < LadderTimes.attempt { return lastTokenWaiter }
        asking?.task.cancel()
        let number = lastTokenWaiter
        let task = ask { [self] answer in
            guard asking?.number == number else { return }
            asking = nil
            let waiting = tokenWaiters.sorted { $0.key < $1.key }
            tokenWaiters = [:]
            for (_, then) in waiting { then(answer) }
        }
        asking = (number, now, task)
        return number
    }

    /// The server takes the token no longer. Mostly its time was over and the application has a newer one, of which it is
    /// asked once; only if it has none, a person is needed. Where nothing has carried since, the newer one was refused, too.
    func renew() {
        guard renewing == nil, !isOnTrial else { return }
        let refused = lastToken
        renewing = ask { [self] answer in
            renewing = nil
            if case .success(let token) = answer, token == refused { return settle() }
            // Who could not say is asked again by the attempts, with their pauses.
            isOnTrial = true
            tell(.credentialsRenewed)
        }
    }

    private func ask(_ then: @escaping (TokenAnswer) -> Void) -> Task<Void, Never> {
        let then = NIOLoopBound(then, eventLoop: loop)
        let (credentials, loop) = (credentials, loop)
        return Task {
            let answer: TokenAnswer
            do { answer = .success(try await credentials()) } catch { answer = .failure(error) }
            loop.execute { then.value(answer) }
        }
    }

    func stopAsking() {
        asking?.task.cancel()
        asking = nil
        renewing?.cancel()
        tokenWaiters = [:]
    }
}
