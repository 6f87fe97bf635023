import ApusChat
import ApusTransports
import ApusWire
import Hummingbird

extension Routes {
    /// `GET /v1/search`: messages of one's rooms that hold what is looked for, newest first.
    @Sendable
    func search(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let identity = try await identity(request)
        let target = RequestTarget(request.uri.string)
        guard let text = target["q"] else {
            throw Problem(.invalidField, "\"q\" is missing: what to search for.")
        }
        let page = try await searches.answer(
            Searches.Question(
                query: try SearchQuery(text), room: target["room"], by: target["from"],
                before: try Self.number(request, "before", in: 0...Cursor.maximumSequence) ?? .max,
                limit: Int(try Self.number(request, "limit", in: 1...100) ?? 20)),
            for: identity)
        return Self.json { writer in
            writer.member("seq", page.seq)
            writer.name("results")
            writer.array { for result in page.results { result.encode(into: &$0) } }
            writer.member("has_more", page.next != nil)
            if let next = page.next { writer.member("next", next) }
        }
    }
}

extension SearchPage.Result {
    fileprivate func encode(into writer: inout JSONWriter) {
        message.encode(into: &writer) { writer in
            writer.name("highlights")
            writer.array { writer in
                for range in highlights {
                    writer.array {
                        $0.integer(range.lowerBound)
                        $0.integer(range.count)
                    }
                }
            }
        }
    }
}
