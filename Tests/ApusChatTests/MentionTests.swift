import Testing

@testable import ApusChat

struct MentionTests {
    @Test(arguments: [
        ("@bob", ["bob"]), ("Hi @Bob, @ADA: @a-b_9!", ["bob", "ada", "a-b_9"]), ("(@bob) “@bob”", ["bob"]),
        ("你好@bob你好", ["bob"]), ("@all @bob @all", ["all", "bob"]), ("@@bob @.@ada", []), ("@", []), ("a @", []),
        ("@b", []), ("@bo.bo", ["bo"]), ("@" + String(repeating: "x", count: 32), [String(repeating: "x", count: 32)]),
        ("@" + String(repeating: "x", count: 33), []),
        ("ada@bob.example 9@bob _@bob -@bob .@bob /@bob https://example.org/@bob", []),
        ("`@bob` @ada", ["ada"]), ("``@bob ` @eve`` @ada", ["ada"]), ("`@bob", ["bob"]), ("``@bob`", ["bob"]),
        ("```\n@bob\n``\n```\n@ada", ["ada"]), ("@ada ```\n@bob", ["ada"]), ("````@bob```@eve", []),
        ("` `` @bob ` `` @ada", ["ada"]), ("``` @bob `` @eve ` @x1 ```", []), ("`@bob``@ada`@eve", ["eve"]),
    ])
    func `names are found where people mean them`(text: String, names: [String]) {
        #expect(Mention.names(in: text) == names)
    }

    @Test func `at most fifty names count`() {
        let names = (0..<60).map { "user\($0)" }
        #expect(Mention.names(in: names.map { "@\($0)" }.joined(separator: " ")) == Array(names.prefix(50)))
    }

    @Test func `runs of backticks without an end take no longer than they are`() {
        let runs = (1...1400).map { String(repeating: "`", count: $0 == 3 ? 2 : $0) }.joined(separator: "@")
        // A square of a megabyte would take minutes.
        let time = ContinuousClock().measure { #expect(Mention.names(in: runs + "@bob") == []) }
        #expect(time < .seconds(5))
    }
}
