import Base
import Encoding
import FHIRDefinitions
import FHIRPatch
import FHIRPath
import Testing

/// FHIRPath Patch against the installed definitions.
@Suite(
    "FHIRPath Patch", .enabled(if: ValidationFixture.isPresent, ValidationFixture.absence))
struct FHIRPatchTests {
    private static let patient = """
        {"resourceType":"Patient","name":[{"given":["a","b"],"_given":[null,{"id":"x"}]}],
        "birthDate":"1970","_birthDate":{"id":"d"},"multipleBirthInteger":2}
        """

    private func patch(_ parts: String...) throws -> String {
        let operations = parts.map { #"{"name":"operation","part":[\#($0)]}"# }
        let parameters = try ValidationFixture.json(
            #"{"resourceType":"Parameters","parameter":[\#(operations.joined(separator: ","))]}"#)
        let fixture = try ValidationFixture.load()
        return try FHIRPatch(parameters).apply(
            to: ValidationFixture.json(Self.patient), table: fixture.table,
            now: ValidationFixture.now
        ).text()
    }

    private func operation(_ type: String, _ path: String, _ others: String = "") -> String {
        #"{"name":"type","valueCode":"\#(type)"},"#
            + #"{"name":"path","valueString":"\#(path)"}\#(others)"#
    }

    @Test("primitives keep their extensions beside them in lists")
    func shadows() throws {
        let inserted = try patch(
            operation(
                "insert", "Patient.name[0].given",
                #",{"name":"index","valueInteger":0},{"name":"value","valueString":"c"}"#))
        #expect(inserted.contains(#""given":["c","a","b"],"_given":[null,null,{"id":"x"}]"#))
        let moved = try patch(
            operation(
                "move", "Patient.name[0].given",
                #",{"name":"source","valueInteger":1},{"name":"destination","valueInteger":0}"#))
        #expect(moved.contains(#""given":["b","a"],"_given":[{"id":"x"},null]"#))
        let deleted = try patch(operation("delete", "Patient.name[0].given[1]"))
        #expect(deleted.contains(#""name":[{"given":["a"]}]"#), "\(deleted)")
    }

    @Test("a choice may get another type, and what becomes empty goes too")
    func choices() throws {
        let replaced = try patch(
            operation(
                "replace", "Patient.multipleBirth", #",{"name":"value","valueBoolean":true}"#))
        #expect(replaced.contains(#""multipleBirthBoolean":true"#))
        #expect(!replaced.contains("multipleBirthInteger"))
        let deleted = try patch(
            operation("delete", "Patient.name[0].given[0]"),
            operation("delete", "Patient.name[0].given[0]"))
        #expect(!deleted.contains("name"))
        #expect(try patch(operation("delete", "Patient.birthDate")).contains("irthDate") == false)
        #expect(try patch(operation("delete", "Patient.gender")).contains("birthDate"))
    }

    @Test("refusals name the operation")
    func refusals() throws {
        let value = #",{"name":"value","valueDate":"1971"}"#
        #expect(throws: FHIRPatchError.nothing(operation: 0)) {
            try patch(operation("replace", "Patient.gender", value))
        }
        #expect(throws: FHIRPatchError.several(operation: 0)) {
            try patch(operation("delete", "Patient.name.given"))
        }
        #expect(throws: FHIRPatchError.alreadyThere(operation: 0)) {
            try patch(
                operation("add", "Patient", #",{"name":"name","valueString":"birthDate"}"# + value))
        }
        #expect(throws: FHIRPatchError.wrongValue(operation: 0)) {
            try patch(operation("replace", "Patient.name[0]", value))
        }
        #expect(throws: FHIRPatchError.wholeResource(operation: 0)) {
            try patch(operation("delete", "Patient"))
        }
        #expect(throws: FHIRPatchError.notAnElement(operation: 0)) {
            try patch(operation("delete", "Patient.name.count()"))
        }
        #expect(throws: FHIRPatchError.outOfRange(operation: 0)) {
            try patch(
                operation(
                    "insert", "Patient.name[0].given",
                    #",{"name":"index","valueInteger":3},{"name":"value","valueString":"c"}"#))
        }
        #expect(throws: FHIRPatchError.malformed(operation: 0, part: "value")) {
            try patch(operation("replace", "Patient.gender"))
        }
        #expect(throws: FHIRPatchError.notAPatch) { try FHIRPatch("x") }
        let refusal = FHIRPatchError.nothing(operation: 3).refusal
        #expect(refusal.english.hasPrefix("Operation 3: "))
        #expect(refusal.chinese.hasPrefix("操作 3："))
    }
}
