import ApusClient
import ApusServer
import ApusWire
import NIOCore
import NIOHTTP1
import NIOPosix

extension BenchTarget {
    /// One request on a connection of its own, for what is asked before and after the load.
    /// - Throws: `OperatorError` when there is no Apus server that answers it with 200 and JSON.
    func call(_ method: HTTPMethod, _ path: String, json: JSONValue? = nil, on loop: any EventLoop) async throws
        -> JSONValue
    {
        let answer: (status: Int, body: ByteBuffer)
        do {
            answer = try await loop.flatSubmit { exchange(method, path, json?.encoded, on: loop) }.get()
        } catch is HTTPParserError {
            throw notApus("something that is not HTTP")
        } catch {
            throw unreachable(error)
        }
        let value = try? JSONValue(parsing: answer.body.readableBytesView)  // a body that is not JSON is told below
        if answer.status != 200, let code = value?["code"]?.string {
            throw Refusal(code: code, detail: value?["detail"]?.string ?? "").sentence
        }
        guard answer.status == 200, let value else { throw notApus("a reply \(answer.status) to \(method) \(path)") }
        return value
    }

    func notApus(_ came: String) -> OperatorError {
        OperatorError("What answers at \(url) is no Apus server: \(came) came. Does --url name the right port?")
    }

    private func exchange(
        _ method: HTTPMethod, _ path: String, _ json: [UInt8]?, on loop: any EventLoop
    ) -> EventLoopFuture<(status: Int, body: ByteBuffer)> {
        let promise = loop.makePromise(of: (status: Int, body: ByteBuffer).self)
        var port: HTTPPort?
        port = HTTPPort.open(
            self, on: loop,
            HTTPPort.Events(
                opened: { port?.send(method, path, json: json) },
                answered: {
                    promise.succeed(($0.status, $0.body))
                    port?.close()
                    port = nil
                },
                ended: {
                    promise.fail($0)
                    port = nil
                }))
        let deadline = loop.assumeIsolated().scheduleTask(in: .seconds(20)) {
            promise.fail(ChannelError.connectTimeout(.seconds(20)))
            port?.close()
            port = nil
        }
        promise.futureResult.whenComplete { _ in deadline.cancel() }
        return promise.futureResult
    }
}
