import Conformance
import Encoding
import System
import Testing

@Suite("Suite sql-on-fhir")
struct SQLOnFHIRSuiteTests {
    @Test(
        "all published tests pass",
        .enabled(if: TestData.isPresent, "needs the shared data folder"))
    func published() throws {
        let path = try #require(TestData.folder) + "/sql-on-fhir"
        let report = try Conformance.run(.sqlOnFHIR, path: path) { _ in }
        #expect(report.passed >= 56 && report.failed == 0 && report.skipped == 0, "\(report)")
    }

    @Test(
        "a wrong expectation fails, and unknown shapes do not pass",
        .enabled(if: TestData.isPresent, "needs the shared data folder"))
    func planted() throws {
        let path = try #require(TestData.folder) + "/sql-on-fhir/where.json"
        let good = try FileSystem.read(path, limit: 1 << 20)
        let passed = try Conformance.run(.sqlOnFHIR, path: path) { _ in }.passed
        // One resource gets another identifier, which the expected rows do not know.
        let text = String(decoding: good, as: UTF8.self).replacing(
            "\"p1\"", with: "\"p9\"", maxReplacements: 1)
        let folder = try SuiteFolder([("where.json", text), ("other.json", "{}"), ("x.txt", "x")])
        let report = try folder.run(.sqlOnFHIR)
        #expect(report.passed < passed && report.failed >= 1, "\(report)")
    }
}
