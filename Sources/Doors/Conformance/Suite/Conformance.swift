package import Base
import System

/// A published suite of tests that can be run from disk.
package enum ConformanceSuite: String, CaseIterable, Sendable {
    /// C2SP's project Wycheproof: signatures, key agreement, ciphers, key derivation.
    case wycheproof
    /// Inclusion and consistency proofs of transparency-dev/merkle (RFC 9162).
    case merkle
    /// Canonical JSON and its numbers (RFC 8785).
    case jcs
    /// FHIR files: in, sealed, committed, read back equal.
    case roundtrip
    /// JSON Patch (RFC 6902) and FHIRPath Patch.
    case patch
    /// HL7's FHIRPath tests for FHIR R4.
    case fhirpath
    /// The tests of SQL-on-FHIR v2: views and their rows.
    case sqlOnFHIR = "sql-on-fhir"
    /// FHIR resources that must be valid, or that are known not to be.
    case validate
}

/// Runs published suites from disk: nothing of a file is trusted, and nothing unknown passes.
package enum Conformance {
    /// Runs a suite over a file, a folder with all below it, or a tar archive of one.
    ///
    /// What a file holds wrong is in the report; only a path with nothing to test is refused.
    /// Archives and the round trip need room under `TMPDIR` or `/tmp`; it is freed at the end.
    /// `inputs` is a further file, folder or archive in which tests of FHIRPath find what they
    /// start from. `progress` is told, in English, which file is being run; never any content.
    package static func run(
        _ suite: ConformanceSuite, path: String, inputs: String? = nil,
        progress: (String) -> Void
    ) throws(Refusal) -> ConformanceReport {
        var tally = Tally()
        let source = try SuiteSource(path, suite: suite)
        defer { source.close() }
        let files = try source.files(&tally)
        switch suite {
        case .wycheproof: WycheproofSuite.run(files, &tally, progress)
        case .merkle: MerkleSuite.run(files, &tally, progress)
        case .jcs: CanonicalSuite.run(files, &tally, progress)
        case .roundtrip: try RoundTripSuite.run(files, &tally, progress)
        case .patch: try PatchSuite.run(files, &tally, progress)
        case .fhirpath:
            let others = try (inputs ?? FHIRPathInputs.published).map { path throws(Refusal) in
                try SuiteSource(path, suite: suite)
            }
            defer { others?.close() }
            let inputs = try others?.files(&tally) ?? []
            try FHIRPathSuite.run(files, inputs: inputs, &tally, progress)
        case .sqlOnFHIR: try SQLOnFHIRSuite.run(files, &tally, progress)
        case .validate: try ValidationSuite.run(files, &tally, progress)
        }
        let report = tally.report(suite)
        guard report.passed + report.failed > 0 || !report.skips.isEmpty else {
            throw Refusal(
                "conformance.empty",
                "There is nothing to test at \(path). Name a file or folder of the suite "
                    + "\(suite.rawValue).",
                "\(path) 中没有可测试的内容。请指定 \(suite.rawValue) 套件的文件或文件夹。")
        }
        return report
    }
}
