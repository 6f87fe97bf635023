import Testing

@testable import apus

struct KeyParserTests {
    static let inputs: [(String, [Key])] = [
        ("hi", [.text("hi")]), ("你好世界", [.text("你好世界")]), ("a\r", [.text("a"), .enter]), ("\n", [.newLine]),
        ("\u{1B}\r", [.newLine]), ("\u{7F}", [.backspace]), ("\u{1B}[A", [.up]), ("\u{1B}OB", [.down]),
        ("\u{1B}[1;3A", [.previousRoom]), ("\u{1B}[1;3B", [.nextRoom]), ("\u{E}\u{10}", [.nextRoom, .previousRoom]),
        ("\u{1B}[5~\u{1B}[6~", [.pageUp, .pageDown]), ("\u{1B}[3~", [.delete]), ("\u{1B}[H\u{1B}[4~", [.home, .end]),
        ("\u{1B}[200~a\u{1B}[31m\r\nb\u{1B}[201~c", [.pasted("a\u{1B}[31m\nb"), .text("c")]),
        ("\u{1B}[?1;2c\u{1B}[99~x", [.text("x")]), ("\u{1B}[13;2u", [.newLine]), ("\u{3}", [.quit]),
        ("👨‍👩‍👧", [.text("👨‍👩‍👧")]),
    ]

    @Test(arguments: inputs)
    func `bytes are keys`(_ input: String, _ keys: [Key]) {
        var parser = KeyParser()
        #expect(parser.parse(input.utf8) == keys)
        #expect(!parser.isPending)
    }

    @Test(arguments: inputs)
    func `bytes may come one by one`(_ input: String, _ keys: [Key]) {
        var parser = KeyParser()
        var found: [Key] = []
        for byte in input.utf8 { found += parser.parse([byte]) }
        func joined(_ keys: [Key]) -> [Key] {
            keys.reduce(into: []) { keys, key in
                if case .text(let new) = key, case .text(let old) = keys.last {
                    keys[keys.count - 1] = .text(old + new)
                } else {
                    keys.append(key)
                }
            }
        }
        #expect(joined(found) == joined(keys))
        #expect(!parser.isPending)
    }

    @Test func `Escape is known by what does not follow`() {
        var parser = KeyParser()
        #expect(parser.parse([0x1B]).isEmpty)
        #expect(parser.isPending)
        #expect(parser.flush() == [.escape])
        #expect(parser.parse("[A".utf8) == [.text("[A")])
        #expect(parser.parse([0x1B, 0x1B]) == [.escape])
        #expect(parser.parse("[B".utf8) == [.down])
    }

    @Test func `what is no UTF-8 is shown and holds nothing up`() {
        var parser = KeyParser()
        #expect(parser.parse([0xFF, 0x61]) == [.text("\u{FFFD}a")])
        #expect(parser.parse([0xE4, 0xBD]).isEmpty)
        #expect(parser.parse([0x62]) == [.text("\u{FFFD}b")])
        #expect(parser.parse([0xE4]).isEmpty)
        #expect(parser.flush() == [.text("\u{FFFD}")])
    }

    @Test func `the composer counts characters as people do`() {
        var composer = Composer()
        composer.insert("a你👨‍👩‍👧")
        #expect(composer.cursor == 3)
        composer.move(by: -1)
        composer.backspace()
        #expect(composer.string == "a👨‍👩‍👧")
        composer.move(by: 5)
        composer.insert("e")
        composer.insert("\u{301}")
        #expect(composer.cursor == 3)
        composer.backspace()
        #expect(composer.string == "a👨‍👩‍👧")
        composer.insert(" two words\nnext")
        composer.wordBack()
        composer.wordBack()
        #expect(composer.string == "a👨‍👩‍👧 two ")
        composer.lineBack()
        #expect(composer.string.isEmpty)
        composer.insert("x\u{1B}[2J")
        #expect(composer.string == "x\u{1B}[2J")
        #expect(ComposerLayout(composer, width: 80).lines == [Array("x␛[2J")])
    }

    @Test func `the cursor goes from line to line in its column`() {
        var composer = Composer("你好\nabcd\nx", .new)
        var moved = composer.moveLine(by: -1)
        #expect(moved)
        #expect(composer.cursor == 4)
        composer.move(by: 2)
        moved = composer.moveLine(by: -1)
        #expect(moved)
        #expect(composer.cursor == 1)
        moved = composer.moveLine(by: -1)
        #expect(!moved)
        let layout = ComposerLayout(Composer("你好", .new), width: 5)
        #expect(layout.lines.map { String($0) } == ["你", "好"])
        #expect(layout.cursor == Screen.Place(row: 1, column: 2))
        #expect(ComposerLayout(Composer("abc", .new), width: 5).cursor == Screen.Place(row: 1, column: 0))
    }
}
