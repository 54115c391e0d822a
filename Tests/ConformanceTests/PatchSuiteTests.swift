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

    @Test("runs tests of FHIRPath Patch", .enabled(if: InstalledDefinitions.path != nil))
    func paths() throws {
        func patient(_ date: String) -> String {
            #"<Patient xmlns="http://hl7.org/fhir"><birthDate value="\#(date)"/></Patient>"#
        }
        let diff = """
            <diff><Parameters xmlns="http://hl7.org/fhir"><parameter><name value="operation"/>
            <part><name value="type"/><valueCode value="replace"/></part>
            <part><name value="path"/><valueString value="Patient.birthDate"/></part>
            <part><name value="value"/><valueDate value="1971"/></part>
            </parameter></Parameters></diff>
            """
        func test(_ name: String, _ end: String) -> String {
            "<case name='\(name)'><input>\(patient("1970"))</input>\(diff)\(end)</case>"
        }
        let tests = [
            test("good", "<output>\(patient("1971"))</output>"),
            test("planted", "<output>\(patient("1972"))</output>"), test("taken", "<error/>"),
            test("shape", ""),
        ]
        let folder = try SuiteFolder([("a.xml", "<tests>\(tests.joined())</tests>")])
        let report = try folder.run(.patch)
        #expect(report.counts == [1, 3, 0], "\(report)")
        #expect(report.failures.map(\.name) == ["a.xml: planted", "a.xml: taken", "a.xml: shape"])
    }

    @Test(
        "HL7's tests of FHIRPath Patch pass",
        .enabled(
            if: TestData.isPresent && InstalledDefinitions.path != nil,
            "needs the shared data folder and the definitions of FHIR"))
    func publishedPaths() throws {
        let path = try #require(TestData.folder) + "/fhir-test-cases/r4/patch/fhir-patch-tests.xml"
        #expect(try Conformance.run(.patch, path: path) { _ in }.counts == [33, 0, 0])
    }
}
