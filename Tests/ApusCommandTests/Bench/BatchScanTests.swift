import ApusServer
import ApusWire
import Testing

@testable import apus

/// Looking for what matters must find exactly what decoding finds.
struct BatchScanTests {
    private static func event(_ seq: Int64, _ data: JSONObject, type: String = "message.created") -> [UInt8] {
        JSONValue.object([
            "seq": .integer(seq), "type": .string(type), "room": "bench-x", "by": "u_1",
            "at": "2026-11-23T00:00:00.000Z",
            "id": "bench-x-0-1", "data": .object(data),
        ]).encoded
    }

    private static func message(_ seq: Int64, _ text: String) -> [UInt8] {
        event(seq, ["number": .integer(seq), "text": .string(text)])
    }

    private func scan(_ text: String, _ form: BatchScan.Form) throws -> (BatchScan, [Mark]) {
        var marks: [Mark] = []
        let scan = try Array(text.utf8).withUnsafeBytes { try BatchScan($0, form) { marks.append($0) } }
        return (scan, marks)
    }

    private func text(_ events: [[UInt8]], _ form: BatchScan.Form, more: Bool = false, signals: [[UInt8]] = [])
        -> String
    {
        let batch = EncodedBatch(
            from: 7, to: 4_503_599_627_370_496, events: events, signals: signals, signalsFull: !signals.isEmpty,
            signalsTo: signals.isEmpty ? nil : "s.1")
        var writer = JSONWriter()
        switch form {
        case .frame:
            writer.object {
                $0.name("batch")
                batch.encode(into: &$0)
            }
        case .content: batch.encode(into: &writer)
        case .poll: batch.encodePoll(into: &writer, epoch: "e1", more: more)
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private static let forms: [BatchScan.Form] = [.frame, .content, .poll]

    @Test(arguments: forms)
    func `the messages of a batch are found in order, each with its number and moment`(_ form: BatchScan.Form) throws {
        let marks = [Mark(number: 1, sent: 12), Mark(number: 2, sent: 345), Mark(number: 30, sent: 6_789_012_345)]
        let events = marks.enumerated().map { Self.message(Int64($0.offset) + 8, $0.element.text(size: 128)) }
        let (batch, found) = try scan(text(events, form), form)
        #expect(found == marks)
        #expect(batch.from == 7 && batch.to == 4_503_599_627_370_496 && !batch.isEmpty)
        #expect(batch.cursor == (form == .poll ? "e1-4503599627370496" : nil))
    }

    @Test(arguments: forms)
    func `a batch without events is empty`(_ form: BatchScan.Form) throws {
        let (batch, found) = try scan(text([], form), form)
        #expect(batch.isEmpty && found.isEmpty && batch.from == 7)
    }

    @Test(arguments: forms)
    func `signals are no events`(_ form: BatchScan.Form) throws {
        let signal = Array(#"{"type":"presence","user":"u","value":"online","at":"x","v":1}"#.utf8)
        #expect(try scan(text([], form, signals: [signal]), form).0.isEmpty)
        let (batch, found) = try scan(
            text([Self.message(8, Mark(number: 1, sent: 2).text(size: 64))], form, signals: [signal]), form)
        #expect(!batch.isEmpty && found == [Mark(number: 1, sent: 2)])
    }

    @Test func `a poll says whether there is more`() throws {
        let events = [Self.message(8, Mark(number: 1, sent: 2).text(size: 64))]
        #expect(try scan(text(events, .poll, more: true), .poll).0.more)
        #expect(try !scan(text(events, .poll, more: false), .poll).0.more)
        #expect(try scan(text([], .poll, more: true), .poll).0.more)
    }

    @Test func `what others wrote is no message of the bench, even if it quotes one`() throws {
        let events = [
            Self.message(8, "hello"), Self.message(9, #"{"text":"apus-bench 5 6 "#),
            Self.message(10, #"\"text":"apus-bench 5 6 "#),
            Self.message(11, Mark(number: 1, sent: 2).text(size: 64)),
            Self.event(12, ["text": "apus-bench 8 8 ", "user": "u"], type: "member.joined"),
        ]
        // The last one cannot come to be: no event but a message has a text. Without a message it is decoded, and seen.
        #expect(try scan(text(Array(events[..<4]), .frame), .frame).1 == [Mark(number: 1, sent: 2)])
        #expect(try scan(text(Array(events[..<3]), .frame), .frame).1 == [])
    }

    @Test func `another server may write the same batch otherwise`() throws {
        let mark = Mark(number: 3, sent: 44)
        let odd = [
            #"{ "batch": {"to": 9, "from": 7, "events": [{"data": {"text": "apus-bench 3 44 ..", "number": 1}, "type": "message.created", "at": "x", "by": "u", "seq": 9}]}}"#,
            #"{"batch":{"from":7,"to":9,"events":[{"seq":9,"type":"message.created","by":"u","at":"x","data":{"text":"apus\u002dbench 3 44 ."}}]}}"#,
            #"{"batch":{"from":7,"to":9,"later":1,"events":[{"seq":9,"type":"message.created","by":"u","at":"x","data":{"text":"apus-bench 3 44 ."}}]}}"#,
        ]
        for text in odd {
            let (batch, found) = try scan(text, .frame)
            #expect(found == [mark] && batch.from == 7 && batch.to == 9 && !batch.isEmpty, "\(text)")
        }
        let poll = #"{"more":true,"to":9,"from":7,"cursor":"e-9"}"#
        let (batch, _) = try scan(poll, .poll)
        #expect(batch.more && batch.cursor == "e-9" && batch.isEmpty)
    }

    @Test(arguments: [
        "", "{", "[]", #"{"batch":{"from":7}}"#, #"{"batch":{"from":7,"to":9,"events":[{]}}"#,
        #"{"hello":{"from":1,"to":2}}"#,
    ])
    func `what is no batch is refused`(_ text: String) {
        #expect(throws: JSONError.self) { try scan(text, .frame) }
    }
}

struct MarkTests {
    @Test func `a text tells its mark and has the size that was asked for`() {
        for mark in [Mark(number: 1, sent: 1), Mark(number: 999_999_999_999, sent: .max / 10)] {
            for size in [Mark.longest, 128, 10_000] {
                let text = mark.text(size: size)
                #expect(text.utf8.count == size)
                #expect(Mark(text: text) == mark)
            }
        }
    }

    @Test(arguments: [
        "", "apus-bench", "apus-bench ", "apus-bench 1", "apus-bench 1 ", "apus-bench 1 2", "apus-bench x 2 ",
        "apus-bench 1234567890123456789 2 ", " apus-bench 1 2 ",
    ])
    func `other texts tell none`(_ text: String) { #expect(Mark(text: text) == nil) }
}

struct ReplyScanTests {
    private func scan(_ text: String) -> ReplyScan { Array(text.utf8).withUnsafeBytes { ReplyScan($0) } }

    @Test(arguments: [
        #"{"reply":{"id":"bench-abc-0-17","ok":{"seq":1,"number":1,"at":"x"}}}"#,
        #"{"reply": {"ok": {"seq": 1}, "id": "bench-abc-0-17"}}"#,
    ])
    func `a reply names its command`(_ text: String) {
        #expect(scan(text).command == 17)
        #expect(scan(text).refusal == nil)
    }

    @Test func `a refusal says why`() {
        let reply = scan(#"{"reply":{"id":"bench-abc-0-4","error":{"code":"rate_limited","detail":"slow down"}}}"#)
        #expect(reply.command == 4 && reply.refusal?.code == "rate_limited" && reply.refusal?.isPassing == false)
        #expect(reply.refusal?.sentence.description.contains("--commands-per-second 0") == true)
        let passing = scan(#"{"reply":{"id":"bench-abc-0-4","error":{"code":"storage_unavailable","detail":"disk"}}}"#)
        #expect(passing.refusal?.isPassing == true)
    }

    @Test(arguments: [
        "", "{}", #"{"reply":{"id":null,"ok":{}}}"#, #"{"reply":{"id":"17","ok":{}}}"#,
        #"{"reply":{"id":"a-1x","ok":{}}}"#,
    ])
    func `what names no command of the bench answers none`(_ text: String) { #expect(scan(text).command == nil) }
}
