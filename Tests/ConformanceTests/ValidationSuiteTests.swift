import Conformance
import Encoding
import Testing

/// Files that must be valid or must not be, and what is said of them.
@Suite(
    "Suite validate",
    .enabled(
        if: InstalledDefinitions.path != nil,
        "make setup compiles the definitions of FHIR into .build/share"))
struct ValidationSuiteTests {
    private static let good = #"{"resourceType":"Patient","gender":"male"}"#
    private static let bad = #"{"resourceType":"Patient","gender":"malu"}"#

    @Test("a file is valid unless its folder or name says otherwise")
    func verdicts() throws {
        let folder = try SuiteFolder([
            ("a.json", Self.good), ("b.json", Self.bad), ("c.json", "{"), ("d.txt", ""),
            ("invalid/e.json", Self.bad), ("invalid/f.json", Self.good),
            (
                "g.xml",
                #"<Patient xmlns="http://hl7.org/fhir"><gender value="male"/></Patient>"#
            ),
            ("h.xml", "<Patient><x/></Patient>"), ("Observation-clinical-gender.json", Self.good),
        ])
        let report = try folder.run(.validate)
        #expect(report.counts == [3, 5, 1], "\(report)")
        #expect(
            report.failures.map(\.name) == [
                "Observation-clinical-gender.json", "b.json", "c.json", "h.xml", "invalid/f.json",
            ])
        let files = try #require(report.json["files"]).elements
        #expect(files.count == 8)
        #expect(files[1]["valid"]?.boolValue == true)
        #expect(files[2]["issues"]?[0]?["expression"]?.stringValue == "Patient.gender")
    }

    @Test("a report renews its own section of the page")
    func page() throws {
        let report = try SuiteFolder([("a.json", Self.good)]).run(.validate)
        let page = report.page()
        #expect(page.contains("## validate\n"))
        #expect(page.contains("| 1 | 0 | 0 | 100.0 % |"))
        #expect(report.page(over: page) == page)
        let other = page + "\n## aaa\n\nOther text.\n"
        let both = report.page(over: other)
        #expect(both.contains("## aaa\n\nOther text.\n\n## validate\n"))
    }

    @Test(
        "HL7's examples are valid but for those that are known not to be",
        .enabled(if: TestData.isPresent, "needs the shared data folder"))
    func published() throws {
        let path = try #require(TestData.folder) + "/fhir-r4/examples.tar.xz"
        let report = try Conformance.run(.validate, path: path) { _ in }
        #expect(report.failures == [])
        #expect(report.passed > 300)
    }
}
