import Base
import Encoding
import FHIRDefinitions
import FHIRModel
import FHIRTerminology
import FHIRValidation
import Testing

/// What the validator finds, and what it leaves alone, against the installed definitions.
@Suite(
    "Validation", .enabled(if: ValidationFixture.isPresent, ValidationFixture.absence))
struct ValidationTests {
    private static let good = """
        {"resourceType":"Patient","id":"p","text":{"status":"generated",
        "div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">P</div>"},"gender":"female",
        "name":[{"use":"official","family":"Chalmers","given":["Peter",null],
        "_given":[null,{"extension":[{"url":"http://example.org/e","valueString":"x"}]}]}],
        "birthDate":"1974-12"}
        """

    @Test("a good resource has no errors")
    func good() throws {
        #expect(try ValidationFixture.load().errors(Self.good) == [])
    }

    @Test(
        "structure",
        arguments: [
            ("[]", ["resource Resource"]), (#"{"resourceType":"Pation"}"#, ["type Pation"]),
            (#"{"resourceType":"DomainResource"}"#, ["type DomainResource"]),
            (#"{"resourceType":"Patient","foo":1}"#, ["unknown-element Patient"]),
            (#"{"resourceType":"Patient","name":{}}"#, ["kind Patient.name"]),
            (#"{"resourceType":"Patient","name":[]}"#, ["empty Patient.name"]),
            (#"{"resourceType":"Patient","name":[{}]}"#, ["empty Patient.name[0]"]),
            (#"{"resourceType":"Patient","name":["x"]}"#, ["kind Patient.name[0]"]),
            (#"{"resourceType":"Patient","name":[null]}"#, ["null Patient.name[0]"]),
            (#"{"resourceType":"Patient","active":"true"}"#, ["kind Patient.active"]),
            (#"{"resourceType":"Patient","active":[true]}"#, ["kind Patient.active"]),
            (#"{"resourceType":"Patient","active":null}"#, ["null Patient.active"]),
            (#"{"resourceType":"Patient","_name":[{}]}"#, ["underscore Patient"]),
            (#"{"resourceType":"Patient","_active":{}}"#, ["empty Patient.active"]),
            (#"{"resourceType":"Patient","birthDate":""}"#, ["empty Patient.birthDate"]),
            (#"{"resourceType":"Patient","birthDate":"1974-13"}"#, ["format Patient.birthDate"]),
            (#"{"resourceType":"Patient","id":"a b"}"#, ["format Patient.id"]),
            (
                #"{"resourceType":"Patient","deceasedBoolean":true,"deceasedDateTime":"2020"}"#,
                ["several-types Patient.deceased"]
            ),
            (
                #"{"resourceType":"Patient","name":[{"given":["a"],"_given":[null,{"id":"b"}]}]}"#,
                ["underscore-count Patient.name[0].given"]
            ),
            (
                #"{"resourceType":"Patient","link":[{"other":{"reference":"Patient/1"}}]}"#,
                ["missing Patient.link[0]"]
            ),
        ])
    func structure(_ text: String, _ expected: [String]) throws {
        #expect(try ValidationFixture.load().errors(text) == expected)
    }

    @Test(
        "codes, rules, references and extensions",
        arguments: [
            (#""gender":"femal""#, ["code Patient.gender"]),
            (#""maritalStatus":{"coding":[{"code":"x","system":"urn:x"}]}"#, []),
            (#""communication":[{"language":{"text":"Chinese"}}]"#, []),
            (
                #""contact":[{"gender":"male"}]"#, ["invariant Patient.contact[0]"]
            ),
            (
                #""contact":[{"period":{"start":"2021","end":"2020"},"name":{"text":"a"}}]"#,
                ["invariant Patient.contact[0].period"]
            ),
            (
                #""generalPractitioner":[{"reference":"Patient/1"}]"#,
                ["reference-target Patient.generalPractitioner[0].reference"]
            ),
            (#""generalPractitioner":[{"reference":"http://e.org/Practitioner/1"}]"#, []),
            (
                #""generalPractitioner":[{"reference":"some doctor"}]"#,
                ["reference Patient.generalPractitioner[0].reference"]
            ),
            (
                ##""generalPractitioner":[{"reference":"#d"}]"##,
                ["contained-missing Patient.generalPractitioner[0].reference"]
            ),
            (
                #""contained":[{"resourceType":"Practitioner","id":"d"}]"#,
                ["contained-unused Patient.contained[0]"]
            ),
            (
                #""contained":[{"resourceType":"Practitioner"}]"#,
                ["contained-id Patient.contained[0]"]
            ),
            (
                ##""contained":[{"resourceType":"Practitioner","id":"d"}],"##
                    + ##""generalPractitioner":[{"reference":"#d"}]"##, []
            ),
            (
                #""extension":[{"url":"http://e.org/x"}]"#,
                ["extension-content Patient.extension[0]"]
            ),
            (
                #""extension":[{"url":"x","valueCode":"a"}]"#,
                ["extension-url Patient.extension[0].url"]
            ),
            (#""extension":[{"valueCode":"a"}]"#, ["missing Patient.extension[0]"]),
            (
                #""extension":[{"url":"http://hl7.org/fhir/StructureDefinition/patient-birthTime","#
                    + #""valueString":"a"}]"#, ["value-type Patient.extension[0].value"]
            ),
        ])
    func values(_ members: String, _ expected: [String]) throws {
        let text = #"{"resourceType":"Patient",\#(members)}"#
        #expect(try ValidationFixture.load().errors(text) == expected)
    }

    @Test("a Bundle's references and fullUrls")
    func bundle() throws {
        let observation = """
            {"resourceType":"Observation","status":"final","code":{"text":"x"},
            "subject":{"reference":"urn:uuid:5b4ed2e4-1b5b-4c5b-9a8a-000000000002"}}
            """
        let text = """
            {"resourceType":"Bundle","type":"transaction","entry":[
            {"fullUrl":"urn:uuid:5b4ed2e4-1b5b-4c5b-9a8a-000000000001","resource":\(observation),
            "request":{"method":"POST","url":"Observation"}},
            {"fullUrl":"http://e.org/Patient/a","resource":{"resourceType":"Patient","id":"b"},
            "request":{"method":"PUT","url":"Patient/b"}},{"fullUrl":"Patient/b",
            "resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}}]}
            """
        #expect(
            try ValidationFixture.load().errors(text) == [
                "bundle-reference Bundle.entry[0].resource.subject.reference",
                "full-url-id Bundle.entry[1].fullUrl", "full-url Bundle.entry[2].fullUrl",
            ])
    }

    @Test("a profile adds cardinality, slices and given values")
    func profile() throws {
        func observation(_ code: String, _ category: String) -> String {
            """
            {"resourceType":"Observation","meta":{"profile":
            ["http://hl7.org/fhir/StructureDefinition/heartrate"]},"status":"final",
            "subject":{"reference":"Patient/1"},"effectiveDateTime":"2020-01-01",
            "category":[{"coding":[{"system":
            "http://terminology.hl7.org/CodeSystem/observation-category","code":"\(category)"}]}],
            "code":{"coding":[{"system":"http://loinc.org","code":"\(code)"}]},
            "valueQuantity":{"value":60,"unit":"/min","system":"http://unitsofmeasure.org",
            "code":"/min"}}
            """
        }
        let fixture = try ValidationFixture.load()
        #expect(try fixture.errors(observation("8867-4", "vital-signs")) == [])
        #expect(
            try fixture.errors(observation("8867-4", "exam")) == ["missing Observation"])
        #expect(
            try fixture.errors(observation("1-8", "vital-signs")) == ["missing Observation.code"])
        #expect(
            try fixture.issues(Self.good, profiles: ["http://e.org/p"]).contains(
                "warning profile-unknown Patient"))
    }

    @Test("levels: off finds nothing, structure no codes")
    func levels() throws {
        let fixture = try ValidationFixture.load()
        let text = #"{"resourceType":"Patient","gender":"x","foo":1}"#
        #expect(try fixture.issues(text, level: .off) == [])
        #expect(
            try fixture.issues(text, level: .structure) == ["error unknown-element Patient"])
    }

    @Test("work is bounded")
    func bounds() throws {
        let fixture = try ValidationFixture.load()
        var limits = ValidationLimits()
        limits.issueCount = 3
        limits.elementCount = 100
        let validator = FHIRValidator(
            table: fixture.table, terminology: fixture.terminology, limits: limits)
        let names = Array(repeating: #"{"foo":1}"#, count: 1000).joined(separator: ",")
        let many = validator.validate(
            try ValidationFixture.json(#"{"resourceType":"Patient","name":[\#(names)]}"#),
            now: ValidationFixture.now)
        #expect(many.count == 4)
        #expect(many.last?.kind == .tooCostly)
        var deep = #"{"url":"http://e.org","valueString":"x"}"#
        for _ in 0..<10 { deep = #"{"url":"http://e.org","extension":[\#(deep)]}"# }
        limits = ValidationLimits()
        limits.depth = 10
        let shallow = FHIRValidator(
            table: fixture.table, terminology: fixture.terminology, limits: limits)
        let resource = try ValidationFixture.json(
            #"{"resourceType":"Patient","extension":[\#(deep)]}"#)
        let issues = shallow.validate(resource, now: ValidationFixture.now)
        #expect(issues.map(\.message.code).contains("validation.depth"))
        #expect(
            fixture.validator.validate(resource, now: ValidationFixture.now).isValid)
    }

    @Test("issues become an OperationOutcome that is valid itself, in both languages")
    func outcome() throws {
        let fixture = try ValidationFixture.load()
        let issues = fixture.validator.validate(
            try ValidationFixture.json(#"{"resourceType":"Patient","gender":"x"}"#),
            now: ValidationFixture.now)
        #expect(!issues.isValid)
        for outcome in [OperationOutcome.json(issues), OperationOutcome.json([])] {
            let again = fixture.validator.validate(outcome, now: ValidationFixture.now)
            #expect(again.isValid, "\(again)")
        }
        let first = OperationOutcome.json(issues)["issue"]?[0]
        #expect(first?["code"]?.stringValue == "code-invalid")
        #expect(first?["expression"]?[0]?.stringValue == "Patient.gender")
        #expect(
            first?["details"]?["_text"]?["extension"]?[0]?["extension"]?[0]?["valueCode"]
                == "zh-CN")
    }
}
