import Conformance
import Testing

/// HL7's FHIRPath tests: what passes, what does not, and shapes that are not known.
@Suite(
    "Suite fhirpath",
    .enabled(
        if: InstalledDefinitions.path != nil,
        "make setup compiles the definitions of FHIR into .build/share"))
struct FHIRPathSuiteTests {
    private static let patient = """
        <Patient xmlns="http://hl7.org/fhir"><name><given value="Peter"/><given value="James"/>
        </name></Patient>
        """

    private static func run(_ tests: String) throws -> ConformanceReport {
        try SuiteFolder([
            (
                "t.xml", "<tests name='T'><group name='g'>\(tests)</group></tests>"
            ),
            ("input/patient-example.xml", patient),
        ]).run(.fhirpath, "t.xml")
    }

    private static func test(
        _ expression: String, _ outputs: String = "", attributes: String = ""
    ) -> String {
        "<test name='n' inputfile='patient-example.xml' \(attributes)>\(expression)\(outputs)"
            + "</test>"
    }

    private static let given = "<expression>name.given</expression>"

    static let samples: [(test: String, counts: [Int])] = [
        (
            test(
                given,
                "<output type='string'>Peter</output><output type='string'>James</output>"),
            [1, 0, 0]
        ),
        (test(given, "<output type='string'>Peter</output>"), [0, 1, 0]),
        (
            test(
                given, "<output type='code'>Peter</output><output type='code'>James</output>"),
            [0, 1, 0]
        ),
        (test(given), [0, 1, 0]),
        (test("<expression>name.suffix</expression>"), [1, 0, 0]),
        (test("<expression invalid='syntax'>1 +</expression>"), [1, 0, 0]),
        (test("<expression invalid='syntax'>1 + 'a'</expression>"), [0, 1, 0]),
        (test("<expression invalid='execution'>1 + 'a'</expression>"), [1, 0, 0]),
        (test("<expression invalid='execution'>1 + 1</expression>"), [0, 1, 0]),
        (test("<expression invalid='semantic'>nothing()</expression>"), [0, 1, 0]),
        (
            test("<expression invalid='semantic'>name.x</expression>", attributes: "mode='strict'"),
            [1, 0, 0]
        ),
        (
            test(
                "<expression>name</expression>", "<output type='boolean'>true</output>",
                attributes: "predicate='true'"), [1, 0, 0]
        ),
        ("<test name='n' inputfile='other.xml'>\(given)</test>", [0, 0, 1]),
        (
            "<test name='n'><expression>1.0</expression>"
                + "<output type='decimal'>1.00</output></test>",
            [1, 0, 0]
        ),
    ]

    @Test("counts what passes, fails and cannot be run", arguments: samples)
    func counts(_ sample: (test: String, counts: [Int])) throws {
        let report = try Self.run(sample.test)
        #expect(report.counts == sample.counts, "\(sample.test) \(report)")
    }

    @Test(
        "passes nothing that it does not know",
        arguments: [
            "<test name='n'/>", "<new/>", test(given, "<more/>"),
            test(given, attributes: "mode='other'"), test(given, attributes: "new='x'"),
            test("<expression invalid='perhaps'>1</expression>"),
        ])
    func unknownShapes(_ test: String) throws {
        let report = try Self.run(test)
        #expect(report.counts == [0, 1, 0], "\(report)")
        #expect(report.failures.allSatisfy { $0.reason.contains("unknown shape") }, "\(report)")
    }

    @Test("files that are neither tests nor inputs are named")
    func strangers() throws {
        let folder = try SuiteFolder([("a.xml", "<Patient/>"), ("b.txt", "x"), ("c.xml", "<tests")])
        let report = try folder.run(.fhirpath)
        #expect(report.counts == [0, 1, 2], "\(report)")
    }

    @Test("the page says what failed and why")
    func page() throws {
        let report = try Self.run(Self.test(Self.given))
        #expect(report.page().contains("| 0 | 1 | 0 | 0.0 % |"))
        #expect(report.page().contains("| t.xml: g/n | expected"))
    }

    @Test(
        "HL7's tests pass, all that have their inputs",
        .enabled(if: TestData.isPresent, "set KANGLIAN_DATA to the folder of published data"))
    func published() throws {
        let folder = try #require(TestData.folder)
        let report = try Conformance.run(
            .fhirpath, path: folder + "/fhir-test-cases/r4/fhirpath",
            inputs: folder + "/fhir-r4/examples.tar.xz"
        ) { _ in }
        #expect(report.failures.isEmpty)
        #expect(report.passed >= 918)
    }
}
