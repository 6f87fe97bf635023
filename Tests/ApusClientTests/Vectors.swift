import ApusWire
import Foundation
import Testing

/// A machine as a scenario sees it: inputs and actions in JSON.
protocol Machine {
    /// From `given`, at time 0.
    init(given: Fields) throws
    mutating func handle(_ input: JSONValue, now: Int64, draw: () -> Double) throws -> [JSONValue]
    var deadline: Int64? { get }
    /// What the application says, if the machine has something to say.
    func sentence(waiting: Int, now: Int64) -> String?
}

extension Machine {
    func sentence(waiting: Int, now: Int64) -> String? { nil }
}

/// What happens to a machine and what it must answer; see `Protocol/vectors/README.md`.
struct Scenario: Sendable, CustomTestStringConvertible {
    struct Step: Sendable {
        let at: Int64
        let input: JSONValue
        let out: [JSONValue]
        /// Nil where the scenario says nothing of it.
        let deadline: JSONValue?
        let says: Sentence?
    }

    struct Sentence: Sendable {
        let waiting: Int
        let text: String
    }

    let name: String
    let file: String
    let given: JSONValue
    let draws: [Double]
    let steps: [Step]

    var testDescription: String { name }

    /// Every scenario of a folder of `Protocol/vectors`. None at all would prove nothing, so it is an error.
    static func all(_ folder: String) throws -> [Scenario] {
        let url = try folderURL("Protocol/vectors/\(folder)")
        let files = try FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: nil)
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
        let scenarios = try files.flatMap { file in
            let value = try JSONValue(parsing: try Data(contentsOf: file))
            guard let list = value.array, !list.isEmpty else {
                throw BadVector("\(file.lastPathComponent): a list of scenarios is expected, with at least one")
            }
            return try list.map { try Scenario($0, file: file.lastPathComponent) }
        }
        guard !scenarios.isEmpty else { throw BadVector("there is no scenario in \(url.path)") }
        let names = Set(scenarios.map(\.name))
        guard names.count == scenarios.count else { throw BadVector("\(folder): two scenarios have one name") }
        return scenarios
    }

    init(_ value: JSONValue, file: String) throws {
        var fields = try Fields(value, "a scenario in \(file)")
        self.file = file
        name = try fields.string("name")
        given = fields.take("given") ?? .object([:])
        draws = try fields.list("draws").map { value in
            switch value {
            case .number(let double) where (0..<1).contains(double): return double
            case .integer(0): return 0
            default: throw BadVector("a draw is a number from 0 to below 1, but \(value) came")
            }
        }
        let name = self.name
        steps = try fields.list("steps").map { value in
            var fields = try Fields(value, "a step of “\(name)”")
            let says = try fields.take("says").map { value in
                var fields = try Fields(value, "“says”")
                let sentence = Sentence(waiting: try fields.int("waiting"), text: try fields.string("text"))
                try fields.end()
                return sentence
            }
            let step = Step(
                at: try fields.integer("at"), input: try fields.require("in"),
                out: try fields.list("out"), deadline: fields.take("deadline"), says: says)
            try fields.end()
            return step
        }
        guard !steps.isEmpty else { throw BadVector("“\(name)” has no steps") }
        try fields.end()
    }

    /// Runs the scenario and says, at the first difference, where it is.
    func run<M: Machine>(_: M.Type) throws {
        var machine = try M(given: try Fields(given, "given of “\(name)”"))
        var left = draws[...]
        var wantsMore = false
        let draw = {
            wantsMore = wantsMore || left.isEmpty
            return left.popFirst() ?? 0
        }
        for (number, step) in steps.enumerated() {
            let place = "\(file) “\(name)”, step \(number + 1) at \(step.at): \(step.input.text)"
            let out = try machine.handle(step.input, now: step.at, draw: draw)
            guard out.map(\.canonical) == step.out.map(\.canonical) else {
                Issue.record(
                    "\(place)\n  expected \(JSONValue.array(step.out).text)\n  came     \(JSONValue.array(out).text)")
                return
            }
            guard !wantsMore else {
                Issue.record("\(place)\n  wants another random number; the scenario lists \(draws.count)")
                return
            }
            let deadline = machine.deadline.map { JSONValue.integer($0) } ?? .null
            if let expected = step.deadline, expected != deadline {
                Issue.record("\(place)\n  expected the deadline \(expected.text), but it is \(deadline.text)")
                return
            }
            if let says = step.says {
                let sentence = machine.sentence(waiting: says.waiting, now: step.at)
                #expect(sentence == says.text, "\(place)")
            }
        }
        if !left.isEmpty { Issue.record("\(file) “\(name)”: \(left.count) of its random numbers were not drawn") }
    }

    private static func folderURL(_ path: String) throws -> URL {
        for start in [#filePath, URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().path] {
            var folder = URL(fileURLWithPath: start)
            while folder.path != "/" {
                folder.deleteLastPathComponent()
                let url = folder.appendingPathComponent(path)
                if FileManager.default.fileExists(atPath: url.path) { return url }
            }
        }
        throw BadVector("no \(path) above \(#filePath)")
    }
}
