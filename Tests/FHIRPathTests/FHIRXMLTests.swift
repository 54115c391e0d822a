import Encoding
import FHIRDefinitions
import System
import Testing

/// FHIR's XML as JSON: HL7's examples in both forms say the same.
@Suite("FHIR XML")
struct FHIRXMLTests {
    static let samples: [(xml: String, json: String)] = [
        (
            #"<Patient xmlns="http://f"><id value="a"/><active value="true"/></Patient>"#,
            #"{"resourceType":"Patient","id":"a","active":true}"#
        ),
        (
            #"<Patient><name><given value="A"/><given id="x"/></name></Patient>"#,
            #"{"resourceType":"Patient","name":[{"given":["A",null],"_given":[null,{"id":"x"}]}]}"#
        ),
        (
            #"<Patient><birthDate value="2001"><extension url="u"><valueString value="&lt;"/>"#
                + "</extension></birthDate></Patient>",
            #"{"resourceType":"Patient","birthDate":"2001","_birthDate":{"extension":"#
                + #"[{"url":"u","valueString":"<"}]}}"#
        ),
        (
            #"<Patient><contained><Patient><id value="b"/></Patient></contained></Patient>"#,
            #"{"resourceType":"Patient","contained":[{"resourceType":"Patient","id":"b"}]}"#
        ),
        (
            #"<Observation><valueQuantity><value value="1.50"/></valueQuantity></Observation>"#,
            #"{"resourceType":"Observation","valueQuantity":{"value":1.50}}"#
        ),
    ]

    @Test("elements, primitives, extensions and contained resources", arguments: samples)
    func converts(_ sample: (xml: String, json: String)) throws {
        let value = try FHIRXML.json(Array(sample.xml.utf8), table: SmallTable.table)
        #expect(value.text() == sample.json)
    }

    @Test("what the definitions do not know is named by its path")
    func unknown() {
        func failure(_ xml: String) -> FHIRXML.Failure? {
            do throws(FHIRXML.Failure) {
                _ = try FHIRXML.json(Array(xml.utf8), table: SmallTable.table)
                return nil
            } catch { return error }
        }
        #expect(failure("<Nothing/>") == .unknownElement(path: "Nothing"))
        #expect(
            failure("<Patient><name><x/></name></Patient>")
                == .unknownElement(path: "Patient.name.x"))
        #expect(
            failure(#"<Patient><active value="yes"/></Patient>"#)
                == .invalidValue(path: "Patient.active"))
        #expect(failure("<Patient>") == .syntax(.truncated(offset: 9)))
    }

    @Test(
        "HL7's examples in both forms are equal",
        .enabled(
            if: InstalledTable.isPresent && PublishedExamples.isPresent,
            "set KANGLIAN_DATA, and run make setup for the definitions"),
        arguments: PublishedExamples.pairs)
    func published(_ name: String) throws {
        let table = try InstalledTable.load()
        let xml = try FileSystem.read("\(PublishedExamples.folder)/\(name).xml", limit: 1 << 24)
        let json = try FileSystem.read("\(PublishedExamples.folder)/\(name).json", limit: 1 << 24)
        let converted = try FHIRXML.json(xml, table: table)
        let wanted = try JSONValue(parsing: json)
        // Narratives may differ in their escapes and white space.
        for member in wanted.members where member.key != "text" {
            #expect(sorted(converted[member.key]) == sorted(member.value), "\(member.key)")
        }
        #expect(
            Set(converted.members.map(\.key)) == Set(wanted.members.map(\.key)))
    }

    private func sorted(_ value: JSONValue?) -> JSONValue? {
        switch value {
        case .object(let members)?:
            .object(
                members.sorted { $0.key < $1.key }.map {
                    JSONMember($0.key, sorted($0.value) ?? .null)
                })
        case .array(let elements)?: .array(elements.map { sorted($0) ?? .null })
        default: value
        }
    }
}

/// HL7's examples that stand in JSON and in XML in the folder of published data.
enum PublishedExamples {
    static let folder: String = {
        let package = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let data = Environment.value("KANGLIAN_DATA") ?? "/\(package)/../shared/data"
        return data + "/fhir-test-cases/r4/examples"
    }()

    static var isPresent: Bool { !pairs.isEmpty }

    /// Pairs that differ in the published data: numbers were written anew in the JSON of the one,
    /// and the XML of the other has an extension more.
    private static let different = ["observation-decimal", "observation-example"]

    static let pairs: [String] = {
        guard let names = try? FileSystem.list(folder) else { return [] }
        return names.filter { $0.hasSuffix(".xml") }.map { String($0.dropLast(4)) }
            .filter { names.contains("\($0).json") && !different.contains($0) }
    }()
}
