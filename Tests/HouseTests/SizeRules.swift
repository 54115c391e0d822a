/// How long lines and files may be, and that no empty room stays once it is furnished.
enum SizeRules {
    static let lineLengthMax = 100
    static let fileLinesMax = 400

    static let all: [TidyRule] = [lineLength, fileLength, placeholders]

    private static let codeEndings = [".swift", ".c", ".h", ".js", ".css", ".html"]

    private static func isCode(_ path: String) -> Bool {
        codeEndings.contains { path.hasSuffix($0) }
    }

    static let lineLength = TidyRule(
        "A line of code has at most 100 columns",
        guilty: [
            SourceFile(path: "Sources/a.swift", text: String(repeating: "a", count: 101)),
            SourceFile(path: "Sources/b.swift", text: "\"\(String(repeating: "a ", count: 51))\""),
        ],
        innocent: [
            SourceFile(path: "Sources/a.swift", text: String(repeating: "a", count: 100)),
            SourceFile(path: "docs/a.md", text: String(repeating: "a", count: 300)),
            SourceFile(path: "Tests/a.swift", text: "  \"\(String(repeating: "a", count: 128))\","),
        ]
    ) { file in
        guard isCode(file.path) else { return [] }
        return file.violations(in: file.lines, "longer than \(lineLengthMax) columns") {
            $0.count > lineLengthMax && !isVector($0)
        }
    }

    /// A published test vector: one literal without spaces, which reads best in one piece.
    private static func isVector(_ line: Substring) -> Bool {
        line.wholeMatch(of: /[ =(]*"[^" ]+"[,)]*/) != nil
    }

    static let fileLength = TidyRule(
        "A file of code has at most 400 lines",
        guilty: [SourceFile(path: "Tests/a.swift", text: String(repeating: "a\n", count: 401))],
        innocent: [SourceFile(path: "Tests/a.swift", text: String(repeating: "a\n", count: 400))]
    ) { file in
        let count = file.lines.count - (file.text.hasSuffix("\n") ? 1 : 0)
        guard isCode(file.path), count > fileLinesMax else { return [] }
        return [Violation(path: file.path, line: count, what: "\(count) lines; split by idea")]
    }

    static let placeholders = TidyRule(
        "A furnished room keeps no placeholder",
        guilty: [
            [
                SourceFile(path: "Sources/Ground/Base/Room.swift", text: "// Room.swift\n"),
                SourceFile(path: "Sources/Ground/Base/Hex.swift", text: "enum Hex {}\n"),
            ]
        ],
        innocent: [
            SourceFile(path: "Sources/Ground/Base/Room.swift", text: "// Room.swift\n"),
            SourceFile(path: "Sources/Ground/Other/Room.swift", text: "struct Room {}\n"),
            SourceFile(path: "Sources/Ground/Other/Door.swift", text: "struct Door {}\n"),
        ]
    ) { files in
        func folder(_ path: String) -> String {
            path.split(separator: "/").dropLast().joined(separator: "/")
        }
        return files.compactMap { file in
            let isEmpty = CodeText.lines(of: file.text).allSatisfy { $0.allSatisfy(\.isWhitespace) }
            guard file.isSwift, isEmpty else { return nil }
            let others = files.contains {
                $0.path != file.path && $0.isSwift && folder($0.path) == folder(file.path)
            }
            guard others else { return nil }
            return Violation(path: file.path, line: 1, what: "an empty file in a furnished room")
        }
    }
}
