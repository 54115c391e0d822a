import Base
import Conformance
import Encoding
import FHIRDefinitions
import FHIRPatch
import FHIRTerminology
import FHIRValidation

extension FuzzTarget {
    private static let now = Timestamp(milliseconds: 1_795_644_000_000)

    /// R4 itself: with fewer definitions hardly a rule would be reached.
    private static let definitions: DefinitionTable = {
        do throws(Refusal) { return try InstalledDefinitions.load() } catch {
            fatalError(error.english)
        }
    }()

    private static let validator: FHIRValidator = {
        var limits = ValidationLimits()
        (limits.elementCount, limits.ruleCount, limits.issueCount) = (5000, 20_000, 100)
        limits.invariantSteps = 20_000
        return FHIRValidator(
            table: definitions, terminology: Terminology(definitions), limits: limits)
    }()

    /// Any JSON has issues or none, within the limits, and the same ones again; with less checked
    /// there are no other errors.
    static let validation = FuzzTarget(
        name: "validation",
        seeds: [
            #"{"resourceType":"Patient","id":"a","name":[{"family":"王","_family":{"id":"f"}}],"#
                + #""birthDate":"1974-12-25","contact":[{"name":{"text":"x"}}],"#
                + ##""link":[{"other":{"reference":"#b"},"type":"seealso"}],"##
                + #""contained":[{"resourceType":"Patient","id":"b"}]}"#,
            #"{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"#
                + #""http://loinc.org","code":"8867-4"}]},"valueQuantity":{"value":1.0,"#
                + #""system":"http://unitsofmeasure.org","code":"mg"},"referenceRange":[{"low":"#
                + #"{"value":1}}],"meta":{"profile":["#
                + #""http://hl7.org/fhir/StructureDefinition/heartrate"]}}"#,
            #"{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:1","#
                + #""resource":{"resourceType":"Basic","code":{"text":"x"},"extension":[{"url":"#
                + #""urn:e","valueDecimal":1e3}]}}]}"#,
        ].map { Array($0.utf8) }
    ) { bytes in
        guard let value = try? JSONValue(parsing: bytes), value["resourceType"] != nil else {
            return false
        }
        let issues = validator.validate(value, now: now)
        precondition(issues == validator.validate(value, now: now), "not the same again")
        precondition(issues.count <= 101, "more issues than the limit")
        let shallow = validator.validate(value, level: .structure, now: now)
        if issues.count < 100, shallow.count < 100 {
            precondition(shallow.isValid || !issues.isValid, "valid with more rules")
        }
        return true
    }

    /// A patch, of either kind, gives a resource of the same type or an error, and the same again.
    static let patch = FuzzTarget(
        name: "patch",
        seeds: [
            #"[{"op":"add","path":"/name/-","value":{"family":"李"}},{"op":"test","path":"/id","#
                + #""value":"a"},{"op":"move","from":"/name/0","path":"/name/1"},"#
                + #"{"op":"remove","path":"/name/0/given"}]"#,
            #"{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"#
                + #""type","valueCode":"add"},{"name":"path","valueString":"Patient"},{"name":"#
                + #""name","valueString":"birthDate"},{"name":"value","valueDate":"1930-01-01"}]},"#
                + #"{"name":"operation","part":[{"name":"type","valueCode":"delete"},{"name":"#
                + #""path","valueString":"Patient.name.where(use='official')"}]}]}"#,
            #"{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"#
                + #""type","valueCode":"move"},{"name":"path","valueString":"Patient.name"},"#
                + #"{"name":"source","valueInteger":1},{"name":"destination","valueInteger":0}]}]}"#,
        ].map { Array($0.utf8) }
    ) { bytes in
        guard let value = try? JSONValue(parsing: bytes) else { return false }
        if case .array = value {
            guard let patch = try? JSONPatch(value) else { return false }
            let result = try? patch.apply(to: patched)
            precondition(result == (try? patch.apply(to: patched)), "not the same again")
            return true
        }
        guard let patch = try? FHIRPatch(value) else { return false }
        let result = try? patch.apply(to: patched, table: definitions, now: now)
        let again = try? patch.apply(to: patched, table: definitions, now: now)
        precondition(result == again, "not the same again")
        precondition(
            result.map { $0["resourceType"]?.stringValue == "Patient" } ?? true, "another type")
        return true
    }

    private static let patched: JSONValue = [
        "resourceType": "Patient", "id": "a", "active": true,
        "name": [
            ["use": "official", "family": "王", "given": ["小", "明"]],
            ["use": "usual", "text": "小明"],
        ],
    ]
}
