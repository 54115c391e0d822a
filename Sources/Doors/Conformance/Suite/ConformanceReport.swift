package import Encoding

/// What a suite found.
package struct ConformanceReport: Hashable, Sendable {
    /// A test, or tests of one file, and what there is to say of them.
    package struct Remark: Hashable, Sendable {
        /// The file, and what tells the test apart in it.
        package let name: String
        package let reason: String

        package init(name: String, reason: String) { (self.name, self.reason) = (name, reason) }
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

    /// Members `suite`, `passed`, `failed`, `skipped`, `failures` and `skips`.
    ///
    /// The last two are arrays of `{"test", "reason"}`.
    package var json: JSONValue {
        func list(_ remarks: [Remark]) -> JSONValue {
            .array(
                remarks.map { ["test": .string($0.name), "reason": .string($0.reason)] })
        }
        return [
            "suite": .string(suite.rawValue), "passed": .integer(passed),
            "failed": .integer(failed), "skipped": .integer(skipped),
            "failures": list(failures), "skips": list(skips),
        ]
    }
}
