/// A line of source that imports a module.
struct ImportLine {
    let module: String

    /// Reads `import X`, `package import X`, `@preconcurrency import struct X.Y` and the like.
    init?(_ line: Substring) {
        var words = line.split(whereSeparator: \.isWhitespace)[...]
        let modifiers: Set<Substring> = ["package", "internal", "private", "fileprivate", "public"]
        while let first = words.first, first.hasPrefix("@") || modifiers.contains(first) {
            words = words.dropFirst()
        }
        guard words.first == "import" else { return nil }
        words = words.dropFirst()
        let kinds: Set<Substring> = [
            "struct", "class", "enum", "protocol", "func", "var", "let", "typealias",
        ]
        if let kind = words.first, kinds.contains(kind) { words = words.dropFirst() }
        guard let name = words.first?.split(separator: ".").first else { return nil }
        module = String(name)
    }
}

/// Who may import what.
enum ImportRules {
    static let all: [TidyRule] = [pureImports, cLibraries]

    /// Floors 1, 2 and 4: no input or output, no clock, no threads.
    static let pureFloors: Set<String> = ["Ground", "Ledger", "Modules"]

    /// Modules of the system that a pure room may use, each for one stated thing.
    private static let exceptions: [String: Set<String>] = [
        // Mutex, around the state of the seeded generator.
        "Base": ["Synchronization"],
        // Pure functions on bytes; Mutex around memory for secrets and parsed keys.
        "Cryptography": ["COpenSSL", "CSodium", "Synchronization"],
        // Pure functions on bytes.
        "Compression": ["CZstandard"],
        // Mutex, around what the in-memory engines hold.
        "FHIRSearch": ["Synchronization"],
        "Storage": ["Synchronization"],
        "Ordering": ["Synchronization"],
    ]

    /// Modules that come from outside this package, as far as a Linux toolchain has them.
    private static let systemModules: Set<String> = [
        "Glibc", "Musl", "Foundation", "FoundationEssentials", "FoundationNetworking", "Dispatch",
        "Synchronization", "Observation", "Distributed", "RegexBuilder", "Builtin",
        "_Concurrency", "Darwin", "CDispatch", "SwiftGlibc",
    ]

    static let pureImports = TidyRule(
        "Ground, ledger and modules import neither the system nor C libraries",
        guilty: [
            SourceFile(path: "Sources/Ground/Merkle/A.swift", text: "import Glibc\n"),
            SourceFile(path: "Sources/Ledger/Ledger/A.swift", text: "import Synchronization\n"),
            SourceFile(path: "Sources/Modules/Consent/A.swift", text: "import COpenSSL\n"),
            SourceFile(
                path: "Sources/Ledger/Storage/A.swift",
                text: "@preconcurrency package import struct Foundation.Data\n"),
        ],
        innocent: [
            SourceFile(path: "Sources/Ground/Base/A.swift", text: "import Synchronization\n"),
            SourceFile(path: "Sources/Ground/Cryptography/A.swift", text: "import COpenSSL\n"),
            SourceFile(path: "Sources/Ledger/Ledger/A.swift", text: "package import Merkle\n"),
            SourceFile(path: "Sources/Edges/System/A.swift", text: "import Glibc\n"),
            SourceFile(path: "Sources/Ledger/Ledger/B.swift", text: "// import Glibc\n"),
        ]
    ) { file in
        guard let room = file.room, pureFloors.contains(room.floor) else { return [] }
        let allowed = exceptions[room.name] ?? []
        return file.violations(
            in: CodeText.lines(of: file.text), "a pure floor imports from outside it"
        ) { line in
            guard let module = ImportLine(line)?.module else { return false }
            let isOutside = systemModules.contains(module) || isCLibrary(module)
            return isOutside && !allowed.contains(module)
        }
    }

    static let cLibraries = TidyRule(
        "A C library is imported by one room only",
        guilty: [
            [
                SourceFile(path: "Sources/Edges/HTTPServer/A.swift", text: "import CCurl\n"),
                SourceFile(path: "Sources/Edges/HTTPClient/A.swift", text: "import CCurl\n"),
            ]
        ],
        innocent: [
            SourceFile(path: "Sources/Edges/HTTPClient/A.swift", text: "import CCurl\n"),
            SourceFile(path: "Sources/Edges/HTTPClient/B.swift", text: "import CCurl\n"),
            SourceFile(path: "Sources/Edges/StorageRocksDB/A.swift", text: "import CRocksDB\n"),
        ]
    ) { files in
        var owners: [String: String] = [:]
        var violations: [Violation] = []
        for file in files {
            guard let room = file.room?.name else { continue }
            for (index, line) in CodeText.lines(of: file.text).enumerated() {
                guard let module = ImportLine(line)?.module, isCLibrary(module) else { continue }
                let owner = owners[module, default: room]
                owners[module] = owner
                guard owner != room else { continue }
                violations.append(
                    Violation(
                        path: file.path, line: index + 1, what: "\(module) belongs to \(owner)"))
            }
        }
        return violations
    }

    /// Our C modules are named C and a capital: COpenSSL, CLinux.
    static func isCLibrary(_ module: String) -> Bool {
        let start = module.prefix(2)
        return start.count == 2 && start.first == "C" && start.allSatisfy(\.isUppercase)
    }
}
