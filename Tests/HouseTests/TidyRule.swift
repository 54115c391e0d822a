import Testing

/// One place where a file breaks a rule of the house.
struct Violation: Hashable, Sendable, CustomStringConvertible {
    let path: String
    let line: Int
    let what: String

    var description: String { "\(path):\(line): \(what)" }
}

/// A rule of the house with its own proof: files that break it and files that do not.
struct TidyRule: Sendable, CustomTestStringConvertible {
    let name: String

    /// Sets of files that each must be caught.
    let guilty: [[SourceFile]]

    /// Files that must pass together.
    let innocent: [SourceFile]

    /// Every violation in a set of files.
    let check: @Sendable ([SourceFile]) -> [Violation]

    var testDescription: String { name }

    /// A rule that looks at all files together.
    init(
        _ name: String, guilty: [[SourceFile]], innocent: [SourceFile],
        checkAll: @escaping @Sendable ([SourceFile]) -> [Violation]
    ) {
        self.name = name
        self.guilty = guilty
        self.innocent = innocent
        check = checkAll
    }

    /// A rule that looks at one file at a time; each guilty file must be caught alone.
    init(
        _ name: String, guilty: [SourceFile], innocent: [SourceFile],
        check: @escaping @Sendable (SourceFile) -> [Violation]
    ) {
        self.init(name, guilty: guilty.map { [$0] }, innocent: innocent) { $0.flatMap(check) }
    }
}

extension SourceFile {
    /// One violation for each line that `isBroken` finds, numbered from 1.
    func violations(
        in lines: [Substring], _ what: String, where isBroken: (Substring) -> Bool
    ) -> [Violation] {
        lines.enumerated().compactMap { index, line in
            isBroken(line) ? Violation(path: path, line: index + 1, what: what) : nil
        }
    }
}
