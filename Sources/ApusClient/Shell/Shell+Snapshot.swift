import ApusWire
import NIOCore
import NIOHTTP1

/// `/v1/sync`, for the ladder when there is no good cursor, and for the application's rooms.
extension Shell {
    func takeSnapshot() {
        // Where tokens and answers are slow, the one before is still on its way, and will do.
        guard !isTakingSnapshot else { return }
        isTakingSnapshot = true
        sync { [self] result in
            isTakingSnapshot = false
            // One that the ladder has given up says where the log was, not where the client is.
            guard case .snapshotting = ladder.phase else { return }
            switch result {
            case .success(let (cursor, body)):
                let isFirst = !hasCursor
                hasCursor = true
                signalsTo = nil
                tell(Sequencer.Input.snapshot(cursor))
                rooms = Rooms(body)
                if isFirst { backlog = Backlog(from: cursor.seq) } else { lostPosition() }
                // Now: a program that is killed in its first second would begin anew from where the log is then.
                save()
                tell(.snapshotTaken)
            case .failure(let failure): tell(.snapshotFailed(failure.end))
            }
        }
    }

    struct NoSnapshot: Error {
        let end: Ladder.End
        let why: String
    }

    private func sync(_ then: @escaping (Result<(Cursor, JSONValue), NoSnapshot>) -> Void) {
        withToken { [self] token in
            guard case .success(let token) = token else {
                return then(.failure(NoSnapshot(end: .lost, why: "there are no credentials")))
            }
            requests.send(HTTPRequest(.GET, "/v1/sync", token: token), within: .seconds(30)) { [self] result in
                lastToken = token
                guard case .success(let answer) = result else {
                    return then(.failure(NoSnapshot(end: .lost, why: "the connection failed")))
                }
                guard answer.status == 200, let body = answer.json,
                    let cursor = body["cursor"]?.string.flatMap({ Cursor($0) })
                else { return then(.failure(NoSnapshot(end: Ladder.End(answer), why: answer.sentence))) }
                then(.success((cursor, body)))
            }
        }
    }

    // MARK: rooms

    /// One's rooms as they are where the stream has come to.
    func rooms(_ then: @escaping (Result<[Room], any Error>) -> Void) {
        if let rooms, !rooms.isStale { return then(.success(rooms.list)) }
        roomWaiters.append(then)
        guard roomWaiters.count == 1 else { return }
        sync { [self] result in
            let waiters = roomWaiters
            roomWaiters = []
            defer { roomNews = [] }
            switch result {
            case .success(let (_, body)):
                var rooms = Rooms(body)
                for change in roomNews { change(&rooms) }
                self.rooms = rooms
                for waiter in waiters { waiter(.success(rooms.list)) }
            case .failure(let failure):
                let error = ClientError(.network, "The rooms could not be read: \(failure.why).")
                for waiter in waiters { waiter(.failure(error)) }
            }
        }
    }

    /// What comes while a snapshot is on its way may be newer than that.
    func follow(_ change: @escaping (inout Rooms) -> Void) {
        if !roomWaiters.isEmpty { roomNews.append(change) }
        rooms?.follow(change)
    }
}

extension Shell {
    func get(_ path: String, _ then: @escaping (Result<JSONValue, any Error>) -> Void) {
        withToken { [self] token in
            let request: HTTPRequest
            do { request = HTTPRequest(.GET, path, token: try token.get()) } catch { return then(.failure(error)) }
            requests.send(request, within: .seconds(20)) { result in
                switch result {
                case .success(let answer):
                    if let problem = answer.problem { return then(.failure(Refusal(problem: problem))) }
                    guard answer.status == 200, let body = answer.json else {
                        return then(
                            .failure(ClientError(.network, "No Apus server answers there: \(answer.sentence) came.")))
                    }
                    then(.success(body))
                case .failure(let error):
                    then(.failure(ClientError(.network, "The server did not answer: \(Endpoint.reason(error)).")))
                }
            }
        }
    }
}
