/// The browser SDK as the page gets it: one module instead of two dozen, which would be as many requests, without
/// comments and indentation. The sources make this simple: an import or a re-export is one line, nothing is renamed on
/// the way, and no two modules have a name at their top in common. A browser refuses a bundle in which that is not so.
enum SDKBundle {
    static let folder = "Clients/browser/src/"
    static let entry = "apus.js"

    /// - Parameter modules: the sources by their names in `folder`.
    static func text(of modules: [String: String]) -> String {
        var lines: [Substring] = []
        var done: Set<String> = []
        add(entry, of: modules, to: &lines, &done)
        return lines.joined(separator: "\n")
    }

    /// Each module stands behind those that it imports.
    private static func add(
        _ name: String, of modules: [String: String], to lines: inout [Substring], _ done: inout Set<String>
    ) {
        guard let source = modules[name], done.insert(name).inserted else { return }
        var own: [Substring] = []
        for line in JavaScript.code(of: source) {
            if let imported = imported(by: line) {
                add(imported, of: modules, to: &lines, &done)
                if let names = line.firstRange(of: " from "), line.hasPrefix("export ") {
                    own.append(line[..<names.lowerBound] + ";")
                }
            } else if name != entry, line.hasPrefix("export ") {
                own.append(line.dropFirst("export ".count))
            } else {
                own.append(line.drop { $0 == " " })
            }
        }
        lines += own
    }

    /// `apus.js` of `import { connect } from "./apus.js";`
    private static func imported(by line: Substring) -> String? {
        guard line.hasPrefix("import ") || line.hasPrefix("export {"), line.hasSuffix("\";"),
            let start = line.firstRange(of: "\"./")
        else { return nil }
        return String(line[start.upperBound...].dropLast(2))
    }
}

enum JavaScript {
    /// The lines that are neither empty nor comments. Comments beside code, and inside of it, stay: to find those one
    /// would have to read strings and regular expressions.
    static func code(of source: String) -> [Substring] {
        var isComment = false
        return source.split(separator: "\n").filter { line in
            let text = line.drop { $0 == " " }
            if text.hasPrefix("/**"), !text.contains("*/") { isComment = true }
            defer { if text.hasSuffix("*/") { isComment = false } }
            let isWhole = text.hasPrefix("/**") && text.hasSuffix("*/") || text.hasPrefix("//")
            return !isComment && !isWhole && !text.isEmpty
        }
    }
}
