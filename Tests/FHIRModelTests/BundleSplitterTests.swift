import Base
import Encoding
import FHIRModel
import Testing

@Suite("The splitter of Bundles")
struct BundleSplitterTests {
    private func split(_ text: String) throws -> ImportUnit {
        try BundleSplitter.split(Array(text.utf8))
    }

    static let transaction = #"""
        { "resourceType" : "Bundle", "type":"transaction", "entry": [
          {"fullUrl":"urn:uuid:a", "resource": {"resourceType":"Patient","id":"p1",
            "generalPractitioner":[{"reference":"Practitioner?identifier=x|1"}]} ,
           "request":{"method":"POST","url":"Patient"}},
          {"fullUrl":"urn:uuid:b","resource":{"resourceType":"Observation","status":"final",
            "valueQuantity":{"value":5.10},"category":[{"coding":[{"code":"laboratory",
            "system":"http://terminology.hl7.org/CodeSystem/observation-category"}]}],
            "contained":[{"resourceType":"Device","id":"d","patient":{"reference":"#"}}],
            "subject":{"reference":"urn:uuid:a"},"device":{"reference":"#d"},
            "hasMember":[{"reference":"Observation/o3"},{"reference":"urn:uuid:none"}]},
            "request":{"method":"POST","url":"Observation"}},
          {"fullUrl":"urn:uuid:c","resource":{"resourceType":"Observation","id":"o3",
            "subject":{"reference":"Patient/p1/_history/2"}},
            "request":{"method":"PUT","url":"Observation/o3"}},
          {"fullUrl":"urn:uuid:d","resource":{"resourceType":"DocumentReference",
            "subject":{"reference":"Patient/elsewhere"},
            "content":[{"attachment":{"url":"urn:uuid:b"}},{"attachment":{"url":"urn:uuid:z"}}],
            "identifier":[{"value":"urn:uuid:b"}]},
            "request":{"method":"PUT","url":"DocumentReference?identifier=1"}} ]}

        """#

    @Test("finds types, domains, patients and references")
    func finds() throws {
        let unit = try split(Self.transaction)
        #expect(unit.kind == .transaction)
        #expect(
            unit.entries.map(\.resourceType)
                == ["Patient", "Observation", "Observation", "DocumentReference"])
        #expect(unit.entries.map(\.id) == ["p1", nil, "o3", nil])
        #expect(unit.entries.map(\.fullURL).compactMap(\.self).count == 4)
        #expect(unit.entries.map(\.domain) == [.medical, .laboratory, .medical, .medical])
        #expect(unit.entries.map(\.patient) == [.entry(0), .entry(0), .entry(0), .outside])
        #expect(unit.entries.map(\.method) == ["POST", "POST", "PUT", "PUT"])
        #expect(
            unit.entries[1].references.map(\.text)
                == ["#", "urn:uuid:a", "#d", "Observation/o3", "urn:uuid:none"])
        #expect(
            unit.entries[1].references.map(\.target)
                == [.contained, .entry(0), .contained, .entry(2), .outside])
        #expect(unit.entries[3].references.map(\.text) == ["Patient/elsewhere", "urn:uuid:b"])
        #expect(unit.entries[3].references.map(\.isLink) == [false, true])
        #expect(
            unit.openReferences.map(\.text)
                == ["Practitioner?identifier=x|1", "urn:uuid:none", "Patient/elsewhere"])
        #expect(
            unit.openReferences.first?.reference.form == .conditional(type: "Practitioner"))
    }

    @Test("gives the document back byte for byte")
    func reassembles() throws {
        let unit = try split(Self.transaction)
        let resources = unit.entries.map(unit.resourceBytes)
        #expect(unit.manifest.reassemble(resources) == Array(Self.transaction.utf8))
        #expect(unit.manifest.reassemble(resources.dropLast()) == nil)
        let decoded = try ImportManifest(decoding: unit.manifest.encoded)
        #expect(decoded == unit.manifest)
        #expect(!String(decoding: unit.manifest.skeleton, as: UTF8.self).contains("5.10"))
        for resource in resources {
            #expect(try split(String(decoding: resource, as: UTF8.self)).kind == .resource)
        }
    }

    @Test("exchanges references and nothing else")
    func rewrites() throws {
        let unit = try split(Self.transaction)
        let rewritten = unit.resourceBytes(unit.entries[1]) { reference in
            guard case .entry(let index) = reference.target else { return nil }
            return "new/\"\(index)"
        }
        let original = String(decoding: unit.resourceBytes(unit.entries[1]), as: UTF8.self)
        let expected =
            original
            .split(separator: #""urn:uuid:a""#).joined(separator: #""new/\"0""#)
            .split(separator: #""Observation/o3""#).joined(separator: #""new/\"2""#)
        #expect(String(decoding: rewritten, as: UTF8.self) == expected)
        let resolved = try ReferenceScanner.resolved(
            unit.resourceBytes(unit.entries[1]),
            mapping: ["urn:uuid:a": "new/\"0", "Observation/o3": "new/\"2", "unused": "x"])
        #expect(resolved == rewritten)
        let link = try ReferenceScanner.resolved(
            unit.resourceBytes(unit.entries[3]), mapping: ["urn:uuid:b": "Binary/1"])
        let text = String(decoding: link, as: UTF8.self)
        #expect(text.contains(#""url":"Binary/1""#))
        #expect(text.contains(#""value":"urn:uuid:b""#))
    }

    @Test("takes a single resource, with white space around it")
    func single() throws {
        let text = " \n{\"resourceType\":\"Patient\",\"id\":\"1\"}\n"
        let unit = try split(text)
        #expect(unit.kind == .resource)
        #expect(unit.entries.count == 1)
        #expect(unit.entries[0].patient == .entry(0))
        #expect(unit.manifest.skeleton == Array(" \n\n".utf8))
        #expect(unit.manifest.reassemble(unit.entries.map(unit.resourceBytes)) == Array(text.utf8))
    }

    @Test("resolves relative references against the server of fullUrl first")
    func bases() throws {
        let unit = try split(
            #"""
            {"resourceType":"Bundle","type":"searchset","entry":[
            {"fullUrl":"http://a.org/fhir/Patient/1",
              "resource":{"resourceType":"Patient","id":"1"}},
            {"fullUrl":"http://b.org/fhir/Patient/1",
              "resource":{"resourceType":"Patient","id":"1"}},
            {"fullUrl":"http://b.org/fhir/Flag/2","resource":{"resourceType":"Flag","id":"2",
              "subject":{"reference":"Patient/1"},
              "author":{"reference":"http://a.org/fhir/Patient/1/_history/3"}}},
            {"fullUrl":"http://c.org/fhir/Flag/3","resource":{"resourceType":"Flag","id":"3",
              "subject":{"reference":"Patient/1"},
              "author":{"reference":"http://c.org/fhir/Patient/1"}}}]}
            """#)
        #expect(unit.entries[2].references.map(\.target) == [.entry(1), .entry(0)])
        #expect(unit.entries[2].patient == .entry(1))
        #expect(unit.entries[3].references.map(\.target) == [.entry(0), .outside])
    }

    @Test("looks for the patient where each type names it")
    func patients() throws {
        func patient(_ text: String) throws -> ImportTarget? { try split(text).entries[0].patient }
        #expect(
            try patient(
                #"""
                {"resourceType":"Coverage","payor":[{"reference":"Organization/1"}],
                "beneficiary":{"reference":"Patient/1"}}
                """#
            ) == .outside)
        #expect(
            try patient(
                #"""
                {"resourceType":"Appointment",
                "participant":[{"actor":{"reference":"Practitioner/1"}},
                {"actor":{"reference":"Patient/1"}}]}
                """#
            ) == .outside)
        #expect(
            try patient(#"{"resourceType":"Task","for":{"reference":"Patient?identifier=1"}}"#)
                == .outside)
        #expect(
            try patient(#"{"resourceType":"Observation","subject":{"reference":"Group/1"}}"#) == nil
        )
        #expect(
            try patient(#"{"resourceType":"Observation","subject":{"reference":"Location/1"}}"#)
                == nil)
        #expect(
            try patient(
                ##"""
                {"resourceType":"Observation","contained":[{"resourceType":"Patient","id":"p"}],
                "subject":{"reference":"#p"}}
                """##
            ) == .contained)
        #expect(
            try patient(
                #"""
                {"resourceType":"Observation","subject":{"type":"Patient",
                "reference":"urn:uuid:9"}}
                """#
            ) == .outside)
        #expect(try patient(#"{"resourceType":"Organization","id":"1"}"#) == nil)
    }

    @Test("says what is wrong and where", arguments: Wrong.all)
    func refuses(_ wrong: Wrong) throws {
        let bytes = Array(wrong.text.utf8)
        let error = try #require(throws: ImportError.self) { try BundleSplitter.split(bytes) }
        #expect(error.problem == wrong.problem)
        #expect(error.entry == wrong.entry)
        #expect(bytes[error.offset...].starts(with: wrong.place.utf8))
        let refusal = error.refusal(in: bytes)
        #expect(refusal.code.hasPrefix("import.") || refusal.code.hasPrefix("json."))
        #expect(refusal.english.contains("ine 1"))
        #expect(refusal.chinese.contains("第1行"))
        if let entry = wrong.entry { #expect(refusal.english.contains("Bundle.entry[\(entry)]")) }
    }

    @Test("repeats a misspelt type in the error, but nothing that could be data")
    func errorsHoldNoData() throws {
        for text in ["王秀英 330106199001011234", String(repeating: "A", count: 65), "Patient/1"] {
            let error = try #require(throws: ImportError.self) {
                try split(#"{"resourceType":"\#(text)"}"#)
            }
            #expect(error.problem == .unknownResourceType(name: ""))
        }
    }

    @Test("refuses manifests whose holes make no sense")
    func manifests() {
        func manifest(_ skeleton: Int, _ holes: [UInt64]) -> [UInt8] {
            var writer = CBORWriter()
            writer.array(2)
            writer.byteString([UInt8](repeating: 32, count: skeleton))
            writer.list(holes) { $0.unsigned($1) }
            return writer.bytes
        }
        #expect(throws: Never.self) { try ImportManifest(decoding: manifest(3, [0, 0, 3])) }
        for holes in [[4], [2, 1], [.max]] as [[UInt64]] {
            #expect(throws: CBORError.self) { try ImportManifest(decoding: manifest(3, holes)) }
        }
    }
}

/// A document that must be refused.
struct Wrong: CustomTestStringConvertible {
    let text: String
    let problem: ImportProblem
    let entry: Int?
    /// What stands at the error's offset.
    let place: String

    var testDescription: String { "\(problem)" }

    private static func bundle(_ type: String, _ entries: String) -> String {
        #"{"resourceType":"Bundle","type":"\#(type)","entry":[\#(entries)]}"#
    }

    private static func request(_ method: String, _ url: String) -> String {
        #""request":{"method":"\#(method)","url":"\#(url)"}"#
    }

    private static let patient = #""resource":{"resourceType":"Patient"}"#

    static let all: [Wrong] = [
        Wrong(text: "{", problem: .json(.truncated(offset: 1)), entry: nil, place: ""),
        Wrong(text: "[]", problem: .notAnObject, entry: nil, place: "[]"),
        Wrong(text: "{}", problem: .missingResourceType, entry: nil, place: "{}"),
        Wrong(
            text: #"{"resourceType":1}"#, problem: .missingResourceType, entry: nil, place: "1}"),
        Wrong(
            text: #"{"resourceType":"patient"}"#, problem: .unknownResourceType(name: "patient"),
            entry: nil, place: "\"patient"),
        Wrong(
            text: #"{"resourceType":"Patient","id":"a b"}"#, problem: .invalidID, entry: nil,
            place: "\"a b"),
        Wrong(
            text: #"{"resourceType":"Patient","id":7}"#, problem: .invalidID, entry: nil, place: "7"
        ),
        Wrong(
            text: #"{"resourceType":"Patient","id":""}"#, problem: .invalidID, entry: nil,
            place: "\"\""),
        Wrong(
            text: #"{"resourceType":"Flag","subject":{"reference":5}}"#,
            problem: .invalidReference, entry: nil, place: "5"),
        Wrong(
            text: #"{"resourceType":"Flag","subject":{"reference":""}}"#,
            problem: .invalidReference, entry: nil, place: "\"\""),
        Wrong(
            text: bundle("transaction-response", "{\(patient)}"), problem: .unsupportedBundleType,
            entry: nil, place: "\"transaction-"),
        Wrong(
            text: bundle("resource", "{\(patient)}"), problem: .unsupportedBundleType, entry: nil,
            place: "\"resource"),
        Wrong(
            text: #"{"resourceType":"Bundle","entry":[]}"#, problem: .unsupportedBundleType,
            entry: nil, place: "{\"resourceType"),
        Wrong(text: bundle("batch", ""), problem: .noEntries, entry: nil, place: "[]"),
        Wrong(
            text: #"{"resourceType":"Bundle","type":"batch"}"#, problem: .noEntries, entry: nil,
            place: "{"),
        Wrong(
            text: bundle("collection", "{\(patient)},7"), problem: .notAnObject, entry: 1,
            place: "7"),
        Wrong(
            text: bundle("collection", #"{"fullUrl":"urn:uuid:1"}"#),
            problem: .entryWithoutResource, entry: 0, place: "{\"fullUrl"),
        Wrong(
            text: bundle("collection", #"{"resource":"x"}"#), problem: .notAnObject, entry: 0,
            place: "\"x"),
        Wrong(
            text: bundle("collection", #"{"resource":{"resourceType":"Bundle"}}"#),
            problem: .nestedBundle, entry: 0, place: "{\"resourceType\":\"Bundle\"}}"),
        Wrong(
            text: bundle("collection", #"{"fullUrl":"",\#(patient)}"#), problem: .invalidFullURL,
            entry: 0, place: "\"\""),
        Wrong(
            text: bundle(
                "collection", #"{"fullUrl":"u:1",\#(patient)},{"fullUrl":"u:1",\#(patient)}"#),
            problem: .duplicateFullURL(first: 0), entry: 1, place: "\"u:1"),
        Wrong(
            text: bundle("transaction", "{\(patient)}"), problem: .missingRequest, entry: 0,
            place: "{\"resource"),
        Wrong(
            text: bundle("batch", #"{\#(patient),"request":{"method":"POST"}}"#),
            problem: .missingRequest, entry: 0, place: "{\"method"),
        Wrong(
            text: bundle("batch", "{\(request("DELETE", "Patient/1"))}"),
            problem: .unsupportedMethod, entry: 0, place: "\"DELETE"),
        Wrong(
            text: bundle("batch", "{\(patient),\(request("POST", "Flag"))}"),
            problem: .requestMismatch, entry: 0, place: "\"Flag"),
        Wrong(
            text: bundle("batch", "{\(patient),\(request("PUT", "Patient/1"))}"),
            problem: .missingID, entry: 0, place: "\"Patient/1"),
        Wrong(
            text: bundle(
                "batch",
                #"{"resource":{"resourceType":"Patient","id":"2"},\#(request("PUT", "Patient/1"))}"#
            ),
            problem: .requestMismatch, entry: 0, place: "\"Patient/1"),
    ]
}
