/// How one test ended.
enum Verdict: Hashable, Sendable {
    case passed
    case failed(String)
    /// Not run, and why.
    case skipped(String)
}

/// A file or a test is not built as the suite's are; the text names what is missing.
struct ShapeError: Error, Hashable, Sendable {
    let reason: String

    init(_ reason: String) { self.reason = "unknown shape: \(reason)" }
}

/// Counts verdicts, and keeps what a report says of them.
struct Tally: Sendable {
    private struct SkipKey: Hashable {
        let file: String
        let reason: String
    }

    private(set) var passed = 0
    private(set) var failed = 0
    private(set) var skipped = 0
    private var failures: [ConformanceReport.Remark] = []
    private var skips: [(key: SkipKey, count: Int)] = []
    private var findings: [ConformanceReport.Finding] = []
    private var skipPlaces: [SkipKey: Int] = [:]

    /// Counts tests that passed.
    mutating func pass(_ count: Int = 1) { passed += count }

    /// Counts a file that failed as a whole.
    mutating func fail(_ file: String, _ reason: String) { fail(file, nil, reason) }

    /// Counts a failed test of a file.
    mutating func fail(_ file: String, _ test: String?, _ reason: String) {
        failed += 1
        guard failures.count < ConformanceReport.remarkLimit else { return }
        failures.append(.init(name: Self.name(file, test), reason: reason))
    }

    /// Counts tests of a file that were not run.
    mutating func skip(_ file: String, _ reason: String, count: Int = 1) {
        skipped += count
        let key = SkipKey(file: file, reason: reason)
        if let place = skipPlaces[key] {
            skips[place].count += count
        } else if skips.count < ConformanceReport.remarkLimit {
            skipPlaces[key] = skips.count
            skips.append((key, count))
        }
    }

    /// Counts one verdict.
    mutating func add(_ file: String, _ test: String?, _ verdict: Verdict) {
        switch verdict {
        case .passed: pass()
        case .failed(let reason): fail(file, test, reason)
        case .skipped(let reason): skip(file, reason)
        }
    }

    /// Keeps what the validator says of a file.
    mutating func add(_ finding: ConformanceReport.Finding) {
        if findings.count < ConformanceReport.findingLimit { findings.append(finding) }
    }

    func report(_ suite: ConformanceSuite) -> ConformanceReport {
        var report = ConformanceReport(
            suite: suite, passed: passed, failed: failed, skipped: skipped, failures: failures,
            skips: skips.map { key, count in
                .init(
                    name: count == 1 ? key.file : "\(key.file) (\(count) tests)",
                    reason: key.reason)
            })
        report.findings = findings
        return report
    }

    private static func name(_ file: String, _ test: String?) -> String {
        test.map { "\(file): \($0)" } ?? file
    }
}
