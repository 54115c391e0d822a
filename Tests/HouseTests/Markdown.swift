/// The few parts of a Markdown page that the rules look at.
struct Markdown {
    /// The levels of the headings, in order.
    private(set) var headingLevels: [Int] = []

    /// The fenced code blocks with their fences, in order.
    private(set) var codeBlocks: [String] = []

    /// Inline links with the line they stand on, counted from 1.
    private(set) var links: [(target: String, line: Int)] = []

    /// The cells of each table row that is not a ruler, in order.
    private(set) var tableRows: [[String]] = []

    init(_ text: String) {
        var block: String?
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let content = line.drop { $0 == " " }
            if let open = block {
                block = open + "\n" + line
                if content.hasPrefix("```") {
                    codeBlocks.append(open + "\n" + line)
                    block = nil
                }
            } else if content.hasPrefix("```") {
                block = String(line)
            } else {
                read(line, number: index + 1)
            }
        }
    }

    private mutating func read(_ line: Substring, number: Int) {
        let level = line.prefix { $0 == "#" }.count
        if level > 0, line.dropFirst(level).hasPrefix(" ") { headingLevels.append(level) }
        if line.hasPrefix("|"), !line.allSatisfy({ "|-: ".contains($0) }) {
            tableRows.append(
                line.split(separator: "|").map { cell in
                    String(cell.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
                })
        }
        for match in String(line).withoutCodeSpans.matches(of: /\]\(([^)\s]+)\)/) {
            links.append((String(match.output.1), number))
        }
    }
}

extension String {
    /// The text without what stands between backquotes.
    fileprivate var withoutCodeSpans: String { replacing(/`[^`]*`/, with: "") }

    /// The texts between backquotes, in order.
    var codeSpans: [String] { matches(of: /`([^`]+)`/).map { String($0.output.1) } }
}
