/// What holds for the documents.
enum DocumentRules {
    static let all: [TidyRule] = [links, twins, decisionNumbers, changelog]

    static let links = TidyRule(
        "Links between documents lead somewhere",
        guilty: [
            [SourceFile(path: "docs/a.md", text: "See [b](b.md) for more.")],
            [
                SourceFile(path: "docs/a.md", text: "See [b](../b.md#part)."),
                SourceFile(path: "docs/b.md", text: "# B"),
            ],
        ],
        innocent: [
            SourceFile(
                path: "docs/a.md",
                text: "[b](b.md#x) [c](../c.md) [top](#here) [web](https://example.org) [d](./d)"),
            SourceFile(path: "docs/b.md", text: "# B\n\n```\n[not](a-link)\n```\n`[nor](this)`"),
            SourceFile(path: "c.md", text: "[folder](docs) [same](docs/)"),
            SourceFile(path: "docs/d/e.md", text: "# E"),
        ]
    ) { files in
        var known: Set<String> = []
        for file in files {
            let parts = file.path.split(separator: "/")
            for count in 1...parts.count {
                known.insert(parts.prefix(count).joined(separator: "/"))
            }
        }
        return files.filter(\.isMarkdown).flatMap { file in
            Markdown(file.text).links.compactMap { link in
                guard !link.target.contains(":"), !link.target.hasPrefix("#") else { return nil }
                let target = resolve(link.target, from: file.path)
                guard !known.contains(target) else { return nil }
                return Violation(
                    path: file.path, line: link.line, what: "no such file: \(link.target)")
            }
        }
    }

    /// The path from the root that a relative link in `path` means, without its fragment.
    private static func resolve(_ target: String, from path: String) -> String {
        var parts = path.split(separator: "/").dropLast().map(String.init)
        for part in target.prefix(while: { $0 != "#" }).split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(String(part)) }
        }
        return parts.joined(separator: "/")
    }

    static let twins = TidyRule(
        "The Chinese README has the sections and the code of the English one",
        guilty: [
            twinFiles("# A\n## B\n", "# 甲\n"),
            twinFiles("# A\n## B\n", "# 甲\n# 乙\n"),
            twinFiles("# A\n```\nmake run\n```\n", "# 甲\n```\nmake test\n```\n"),
            [SourceFile(path: "README.md", text: "# A")],
        ],
        innocent: twinFiles(
            "# A\n```\nmake\n# not a title\n```", "# 甲\n```\nmake\n# not a title\n```")
    ) { files in
        guard let english = files.first(where: { $0.path == "README.md" }) else { return [] }
        guard let chinese = files.first(where: { $0.path == "README.zh-CN.md" }) else {
            return [Violation(path: "README.zh-CN.md", line: 1, what: "missing")]
        }
        let (left, right) = (Markdown(english.text), Markdown(chinese.text))
        var violations: [Violation] = []
        if left.headingLevels != right.headingLevels {
            violations.append(
                Violation(
                    path: chinese.path, line: 1,
                    what: "sections \(right.headingLevels), README.md \(left.headingLevels)"))
        }
        if left.codeBlocks != right.codeBlocks {
            violations.append(
                Violation(path: chinese.path, line: 1, what: "code blocks differ from README.md"))
        }
        return violations
    }

    private static func twinFiles(_ english: String, _ chinese: String) -> [SourceFile] {
        [
            SourceFile(path: "README.md", text: english),
            SourceFile(path: "README.zh-CN.md", text: chinese),
        ]
    }

    static let decisionNumbers = TidyRule(
        "Decisions are numbered from 001 without gaps",
        guilty: [
            decisions("001-a", "003-c"), decisions("002-b"), decisions("001-a", "001-b"),
            decisions("001-a", "two"),
        ],
        innocent: decisions("001-a", "002-b") + [SourceFile(path: "docs/a.md", text: "")]
    ) { files in
        let folder = "docs/decisions/"
        let names = files.map(\.path).filter { $0.hasPrefix(folder) && $0.hasSuffix(".md") }
            .sorted()
        return names.enumerated().compactMap { index, path in
            let number = path.dropFirst(folder.count).prefix { $0 != "-" }
            guard number.count != 3 || Int(number) != index + 1 else { return nil }
            return Violation(path: path, line: 1, what: "expected number \(index + 1), 3 digits")
        }
    }

    private static func decisions(_ names: String...) -> [SourceFile] {
        names.map { SourceFile(path: "docs/decisions/\($0).md", text: "# \($0)") }
    }

    static let changelog = TidyRule(
        "Each version in the changelog sorts its changes into Safety, Features and Internals",
        guilty: [
            SourceFile(path: "CHANGELOG.md", text: "# C\n## 1\n### Features\n### Fixes\n"),
            SourceFile(path: "CHANGELOG.md", text: "# C\n## 1\nA change.\n"),
        ],
        innocent: [
            SourceFile(path: "CHANGELOG.md", text: "# C\n## 1\n### Safety\n### Internals\n")
        ]
    ) { file in
        guard file.path == "CHANGELOG.md" else { return [] }
        var violations: [Violation] = []
        var version: (line: Int, sections: Int)?
        func close() {
            guard let open = version, open.sections == 0 else { return }
            violations.append(Violation(path: file.path, line: open.line, what: "no sections"))
        }
        for (index, line) in file.lines.enumerated() {
            if line.hasPrefix("## ") {
                close()
                version = (index + 1, 0)
            } else if line.hasPrefix("### ") {
                version?.sections += 1
                guard !["Safety", "Features", "Internals"].contains(line.dropFirst(4)) else {
                    continue
                }
                violations.append(
                    Violation(path: file.path, line: index + 1, what: "unknown section \(line)"))
            }
        }
        close()
        return violations
    }
}
