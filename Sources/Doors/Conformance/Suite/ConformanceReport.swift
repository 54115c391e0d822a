import Base
package import Encoding
package import FHIRValidation

/// What a suite found.
package struct ConformanceReport: Hashable, Sendable {
    /// A test, or tests of one file, and what there is to say of them.
    package struct Remark: Hashable, Sendable {
        /// The file, and what tells the test apart in it.
        package let name: String
        package let reason: String

        package init(name: String, reason: String) { (self.name, self.reason) = (name, reason) }
    }

    /// What the validator says of one file.
    package struct Finding: Hashable, Sendable {
        package let name: String
        package let issues: [ValidationIssue]

        package init(name: String, issues: [ValidationIssue]) {
            (self.name, self.issues) = (name, issues)
        }

        /// True when no issue is an error.
        package var isValid: Bool { issues.isValid }
    }

    /// Remarks of a kind that a report holds; counts go on beyond it.
    package static let remarkLimit = 1000

    package let suite: ConformanceSuite
    package let passed: Int
    package let failed: Int
    package let skipped: Int
    /// The first ``remarkLimit`` failures.
    package let failures: [Remark]
    /// Why tests were skipped; tests of one file with one reason share a remark.
    package let skips: [Remark]
    /// What the validator says of each file, of ``findingLimit`` at most; only of `validate`.
    package var findings: [Finding] = []
    /// Findings that a report holds.
    package static let findingLimit = 20_000

    /// Members `suite`, `passed`, `failed`, `skipped`, `failures` and `skips`.
    ///
    /// The last two are arrays of `{"test", "reason"}`. With `validate` there are also `files`: an
    /// array of `{"file", "valid", "issues"}`.
    package var json: JSONValue {
        func list(_ remarks: [Remark]) -> JSONValue {
            .array(
                remarks.map { ["test": .string($0.name), "reason": .string($0.reason)] })
        }
        var json: JSONValue = [
            "suite": .string(suite.rawValue), "passed": .integer(passed),
            "failed": .integer(failed), "skipped": .integer(skipped),
            "failures": list(failures), "skips": list(skips),
        ]
        if suite == .validate { json["files"] = .array(findings.map(Self.json)) }
        return json
    }

    private static func json(_ finding: Finding) -> JSONValue {
        let issues = finding.issues.map { issue -> JSONValue in
            [
                "severity": .string(issue.severity.rawValue),
                "code": .string(issue.message.code), "expression": .string(issue.expression),
                "text": .string(issue.message.english),
            ]
        }
        return [
            "file": .string(finding.name), "valid": .bool(finding.isValid),
            "issues": .array(issues),
        ]
    }
}
