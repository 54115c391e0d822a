import System

/// The page `docs/guides/analytics-with-spark.md`, taken apart into what a reader does.
struct SparkGuide {
    /// One thing that a reader does, in the order of the page.
    enum Step: Hashable {
        /// Saves a block under the name that stands above it.
        case save(name: String, text: String)
        /// Types commands.
        case run(commands: String, line: Int)
        /// Compares what they printed.
        case compare(text: String)
    }

    static let repository: String = {
        var folder = #filePath
        for _ in 0..<3 { folder = FileSystem.folder(of: folder) }
        return folder
    }()

    let steps: [Step]

    init() throws {
        let page = try FileSystem.read(
            Self.repository + "/docs/guides/analytics-with-spark.md", limit: 1 << 20)
        steps = Self.steps(String(decoding: page, as: UTF8.self))
    }

    private static func steps(_ page: String) -> [Step] {
        var steps: [Step] = []
        var name = ""
        var block: (kind: Substring, line: Int, text: String)?
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            if let open = block {
                guard line == "```" else {
                    block?.text += line + "\n"
                    continue
                }
                switch open.kind {
                case "sh": steps.append(.run(commands: open.text, line: open.line))
                case "text": steps.append(.compare(text: open.text))
                default: steps.append(.save(name: name, text: open.text))
                }
                block = nil
            } else if line.hasPrefix("```") {
                block = (line.dropFirst(3), index + 1, "")
            } else if line.hasPrefix("`"), line.hasSuffix("`:") {
                name = String(line.dropFirst().dropLast(2))
            }
        }
        return steps
    }
}
