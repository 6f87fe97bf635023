import ApusWire
import Testing

@testable import ApusCore

struct EpochsTests {
    static let epochs = Epochs([
        Epoch(name: "a", firstSeq: 1), Epoch(name: "b", firstSeq: 11), Epoch(name: "c", firstSeq: 11),
        Epoch(name: "d", firstSeq: 21),
    ])

    struct Case: Sendable {
        let cursor: Cursor
        let head: Int64
        let maximum: Int64
        let reason: Reset.Reason?

        init(_ text: String, head: Int64 = 30, maximum: Int64 = 0, _ reason: Reset.Reason?) {
            cursor = Cursor(text)!  // the table holds cursors only
            self.head = head
            self.maximum = maximum
            self.reason = reason
        }
    }

    @Test(arguments: [
        Case("a-0", nil), Case("a-10", nil), Case("a-11", .ahead),
        Case("b-10", nil), Case("b-11", .ahead), Case("c-20", nil), Case("c-21", .ahead),
        Case("d-0", nil), Case("d-20", nil), Case("d-30", nil), Case("d-31", .ahead),
        Case("d-20", head: 20, nil), Case("d-21", head: 20, .ahead),
        Case("x-5", .unknownEpoch), Case("x-500", .unknownEpoch),
        Case("d-20", maximum: 10, nil), Case("d-19", maximum: 10, .tooOld), Case("a-10", maximum: 10, .tooOld),
        Case("a-11", maximum: 1, .ahead),
    ])
    func `a cursor is good if its epoch is listed, it is not past its end, and it is not too old`(_ one: Case) {
        #expect(Self.epochs.refusal(of: one.cursor, head: one.head, maximumCatchUp: one.maximum) == one.reason)
    }

    @Test func `the last epoch is the current one`() { #expect(Self.epochs.current.name == "d") }
}
