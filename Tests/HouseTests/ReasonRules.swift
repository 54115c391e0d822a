/// What must be explained where it stands.
enum ReasonRules {
    static let all: [TidyRule] = [uncheckedSendable, unsafeIsolation, documentation]

    static let uncheckedSendable = reasonRule("@unchecked Sendable")
    static let unsafeIsolation = reasonRule("nonisolated(unsafe)")

    /// Words by which a documentation comment shows that it speaks about sharing.
    private static let sharingWords = [
        "sendable", "thread", "lock", "concurren", "immutable", "mutex", "one owner", "share",
    ]

    private static func reasonRule(_ words: String) -> TidyRule {
        TidyRule(
            "`\(words)` has its reason beside it",
            guilty: [
                SourceFile(path: "Sources/E/R/A.swift", text: "final class A: \(words) {}"),
                SourceFile(
                    path: "Sources/E/R/A.swift", text: "/// An open door.\nclass A: \(words) {}"),
                SourceFile(path: "Sources/E/R/A.swift", text: "// Why.\n\nclass A: \(words) {}"),
                SourceFile(path: "Sources/E/R/A.swift", text: "class A: \(words) {} // ok"),
                SourceFile(
                    path: "Sources/E/R/A.swift", text: "/// Keys.\nenum A {\n    \(words)\n}"),
            ],
            innocent: [
                SourceFile(
                    path: "Sources/E/R/A.swift",
                    text: "// The handle is used under the lock only.\nclass A: \(words) {}"),
                SourceFile(
                    path: "Sources/E/R/B.swift",
                    text: "class B: \(words) {}  // immutable after init"),
                SourceFile(
                    path: "Sources/E/R/C.swift",
                    text: "/// A base.\n///\n/// RocksDB is thread-safe.\nclass C: \(words) {}"),
                SourceFile(
                    path: "Sources/E/R/D.swift",
                    text: "/// All are immutable.\nenum D {\n    a\n\n    \(words)\n}"),
            ]
        ) { file in
            guard file.isSwift, file.path.hasPrefix("Sources/") else { return [] }
            let code = CodeText.lines(of: file.text)
            let lines = file.lines
            return code.indices.compactMap { index in
                guard code[index].contains(words), !hasReason(lines, at: index) else { return nil }
                return Violation(
                    path: file.path, line: index + 1, what: "say why `\(words)` is right")
            }
        }
    }

    /// A comment of at least three words on the line or right above it, or sharing words in the
    /// documentation of the line or of the type around it.
    private static func hasReason(_ lines: [Substring], at index: Int) -> Bool {
        if let comment = lines[index].firstRange(of: "//") {
            return wordCount(lines[index][comment.upperBound...]) >= 3
        }
        if hasReason(lines, above: index) { return true }
        let indent = lines[index].prefix { $0 == " " }.count
        guard
            let outer = lines[..<index].lastIndex(where: {
                $0.hasSuffix("{") && $0.prefix { $0 == " " }.count < indent
            })
        else { return false }
        return hasReason(lines, above: outer)
    }

    private static func hasReason(_ lines: [Substring], above index: Int) -> Bool {
        for above in lines[..<index].reversed() {
            let line = above.drop { $0.isWhitespace }
            if line.hasPrefix("///") {
                let text = line.lowercased()
                if sharingWords.contains(where: { text.contains($0) }) { return true }
            } else if line.hasPrefix("//") {
                return wordCount(line.dropFirst(2)) >= 3
            } else if !line.hasPrefix("@") {
                return false
            }
        }
        return false
    }

    private static func wordCount(_ text: Substring) -> Int {
        text.split(whereSeparator: \.isWhitespace).count
    }

    static let documentation = TidyRule(
        "Every package declaration at top level is documented",
        guilty: [
            SourceFile(path: "Sources/E/R/A.swift", text: "package struct A {}"),
            SourceFile(path: "Sources/E/R/A.swift", text: "// Not this.\npackage func a() {}"),
            SourceFile(path: "Sources/E/R/A.swift", text: "@safe\npackage final class A {}"),
        ],
        innocent: [
            SourceFile(path: "Sources/E/R/A.swift", text: "/// A thing.\npackage struct A {}"),
            SourceFile(path: "Sources/E/R/B.swift", text: "/// A thing.\n@safe\npackage let b = 1"),
            SourceFile(path: "Sources/E/R/C.swift", text: "package import Base\nstruct C {}"),
            SourceFile(path: "Sources/E/R/D.swift", text: "/// D.\n// Why.\npackage class D {}"),
        ]
    ) { file in
        guard file.isSwift, file.path.hasPrefix("Sources/") else { return [] }
        let lines = file.lines
        return CodeText.lines(of: file.text).enumerated().compactMap { index, line in
            guard line.hasPrefix("package "), ImportLine(line) == nil else { return nil }
            var above = index - 1
            while above >= 0, lines[above].hasPrefix("@") || lines[above].hasPrefix("// ") {
                above -= 1
            }
            guard above < 0 || !lines[above].hasPrefix("///") else { return nil }
            return Violation(path: file.path, line: index + 1, what: "needs a `///` comment")
        }
    }
}
