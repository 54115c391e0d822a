import Conformance
import System
import Testing

@Suite("Suite patch")
struct PatchSuiteTests {
    @Test("runs tests, and reports what it does not know")
    func shapes() throws {
        let folder = try SuiteFolder([
            (
                "a.json",
                """
                [{"comment":"good","doc":{},"patch":[{"op":"add","path":"/a","value":1}],
                  "expected":{"a":1.0}},
                 {"comment":"planted","doc":{},"patch":[],"expected":{"a":1}},
                 {"comment":"refused","doc":[],"patch":[{"op":"remove","path":"/0"}],"error":"x"},
                 {"comment":"taken","doc":[],"patch":[],"error":"x"},
                 {"comment":"shape","doc":[],"patch":[]},
                 {"comment":"off","doc":[],"patch":[],"disabled":true}]
                """
            ), ("b.xml", "<tests/>"), ("c.json", "{}"), ("d.json", "["),
        ])
        let report = try folder.run(.patch)
        #expect(report.counts == [2, 5, 2], "\(report)")
        #expect(
            report.failures.map(\.name) == [
                "a.json: planted", "a.json: taken", "a.json: shape", "c.json", "d.json",
            ])
    }

    @Test(
        "HL7's tests of JSON Patch pass",
        .enabled(if: TestData.isPresent, "needs the shared data folder"))
    func published() throws {
        let path = try #require(TestData.folder) + "/fhir-test-cases/r4/patch/json-patch-tests.json"
        #expect(try Conformance.run(.patch, path: path) { _ in }.counts == [16, 0, 0])
    }
}
