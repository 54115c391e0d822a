/// Words that may not stand in our code, because they trap, hide work or leak.
enum WordRules {
    static let all: [TidyRule] =
        traps.map(trapRule) + [printing, currentTime, unfinished, foundation, sharedFolder]
        + stillFloors + [disabledTests]

    /// What ends the process on input that a stranger may have sent.
    private static let traps = ["try!", " as! ", "fatalError("]

    /// Files that are part of the product.
    private static func isProduct(_ path: String) -> Bool {
        path.hasSuffix(".swift") && (path.hasPrefix("Sources/") || path.hasPrefix("Fuzz/"))
    }

    private static func inCode(
        _ file: SourceFile, _ word: String, _ what: String
    ) -> [Violation] {
        file.violations(in: CodeText.lines(of: file.text), what) { $0.contains(word) }
    }

    private static func trapRule(_ word: String) -> TidyRule {
        TidyRule(
            "No `\(word)` in the product",
            guilty: [SourceFile(path: "Sources/Edges/System/A.swift", text: "let a = \(word)b)")],
            innocent: [
                SourceFile(path: "Sources/Edges/System/A.swift", text: "// Not \(word)b).\n"),
                SourceFile(path: "Sources/Edges/System/B.swift", text: "let a = \"\(word)\""),
            ]
        ) { file in
            isProduct(file.path) ? inCode(file, word, "`\(word)` can end the node") : []
        }
    }

    static let printing = TidyRule(
        "Only the doors print",
        guilty: [SourceFile(path: "Sources/Assembly/Node/A.swift", text: "    print(secret)")],
        innocent: [
            SourceFile(path: "Sources/Doors/kanglian/A.swift", text: "print(text)"),
            SourceFile(path: "Sources/Assembly/Node/A.swift", text: "blueprint(house)"),
        ]
    ) { file in
        guard isProduct(file.path), !file.path.hasPrefix("Sources/Doors/") else { return [] }
        return file.violations(in: CodeText.lines(of: file.text), "prints outside the doors") {
            containsCall("print", in: $0) || containsCall("debugPrint", in: $0)
                || containsCall("dump", in: $0)
        }
    }

    static let currentTime = TidyRule(
        "Nobody asks Foundation for the time",
        guilty: [SourceFile(path: "Sources/Edges/Metrics/A.swift", text: "let now = Date()")],
        innocent: [SourceFile(path: "Sources/Edges/Metrics/A.swift", text: "let day = CivilDate()")]
    ) { file in
        guard isProduct(file.path) else { return [] }
        return file.violations(in: CodeText.lines(of: file.text), "time comes in as a value") {
            containsCall("Date", in: $0)
        }
    }

    static let unfinished = TidyRule(
        "Nothing is left for later in the product",
        guilty: [
            SourceFile(path: "Sources/Ledger/Ledger/A.swift", text: "// TODO: the rest"),
            SourceFile(path: "Sources/C/CLinux/a.c", text: "/* FIXME */"),
        ],
        innocent: [SourceFile(path: "Sources/Ledger/Ledger/A.swift", text: "// Nothing to do.")]
    ) { file in
        guard file.path.hasPrefix("Sources/") else { return [] }
        return file.violations(in: file.lines, "finish it, or open an issue") {
            $0.contains("TODO") || $0.contains("FIXME")
        }
    }

    static let foundation = TidyRule(
        "The product does not import Foundation",
        guilty: [
            SourceFile(path: "Sources/Doors/kanglian/A.swift", text: "import Foundation\n"),
            SourceFile(path: "Sources/Edges/System/A.swift", text: "package import Foundation\n"),
        ],
        innocent: [
            SourceFile(path: "Sources/Edges/System/A.swift", text: "import FoundationEssentials\n")
        ]
    ) { file in
        guard isProduct(file.path) else { return [] }
        return file.violations(in: CodeText.lines(of: file.text), "imports all of Foundation") {
            ImportLine($0)?.module == "Foundation"
        }
    }

    static let sharedFolder = TidyRule(
        "Nothing refers to files outside the repository but the optional test data",
        guilty: [
            SourceFile(path: "docs/a.md", text: "See ../sha" + "red/design.md"),
            SourceFile(path: "Sources/Ground/Base/A.swift", text: "// ../sha" + "red/reference"),
        ],
        innocent: [SourceFile(path: "Tests/A.swift", text: "let path = \"../sha" + "red/data\"")]
    ) { file in
        file.violations(in: file.lines, "refers to a folder that others do not have") { line in
            let folder = "../sha" + "red"
            return line.ranges(of: folder).contains { !line[$0.upperBound...].hasPrefix("/data") }
        }
    }

    /// Floors that start no task and read no clock: what they need comes in as parameters.
    static let stillFloors: [TidyRule] = [
        "Task {", "Task.detached", "withTaskGroup", "withThrowingTaskGroup", "Task.sleep",
        "ContinuousClock", "SuspendingClock", "SystemRandomNumberGenerator", "@MainActor",
    ].map { word in
        TidyRule(
            "Ground, ledger and modules do without `\(word)`",
            guilty: ["Ground", "Ledger", "Modules"].map {
                SourceFile(path: "Sources/\($0)/Room/A.swift", text: "let a = \(word) }")
            },
            innocent: [
                SourceFile(path: "Sources/Assembly/Node/A.swift", text: "let a = \(word) }"),
                SourceFile(path: "Sources/Ledger/Room/A.swift", text: "// No \(word) here"),
            ]
        ) { file in
            guard let floor = file.room?.floor, ImportRules.pureFloors.contains(floor) else {
                return []
            }
            return inCode(file, word, "`\(word)` on a floor without tasks, clocks and chance")
        }
    }

    static let disabledTests = TidyRule(
        "No test is switched off",
        guilty: [SourceFile(path: "Tests/A/A.swift", text: "@Test(.dis" + "abled(\"flaky\"))")],
        innocent: [SourceFile(path: "Tests/A/A.swift", text: "@Test(.enabled(if: hasData))")]
    ) { file in
        guard file.path.hasPrefix("Tests/") else { return [] }
        return inCode(file, ".dis" + "abled(", "assert what it does today, or delete it")
    }

    /// Whether a line calls a function of exactly that name, rather than one that ends with it.
    private static func containsCall(_ name: String, in line: Substring) -> Bool {
        line.ranges(of: name + "(").contains { range in
            guard range.lowerBound > line.startIndex else { return true }
            let before = line[line.index(before: range.lowerBound)]
            return !(before.isLetter || before.isNumber || before == "_" || before == ".")
        }
    }
}
