import Encoding
import FHIRModel
import Testing

@Suite("Published FHIR data", .enabled(if: TestData.isPresent, "needs the shared data folder"))
struct PublishedDataTests {
    static let bundles = TestData.files(in: "synthea", suffix: ".json.bz2")

    /// Synthetic patients of Synthea, as samply/blaze ships them.
    @Test("of Synthea is split and put together byte for byte", arguments: bundles)
    func synthea(_ path: String) throws {
        let bytes = try #require(TestData.decompressed(path))
        let unit = try BundleSplitter.split(bytes)
        #expect(unit.kind == .transaction)
        let patient = try #require(unit.entries.firstIndex { $0.resourceType == "Patient" })
        var domains: Set<Domain> = []
        for entry in unit.entries {
            domains.insert(entry.domain)
            for reference in entry.references where reference.reference.form == .urn {
                #expect(reference.target != .outside)
            }
            guard entry.domain.isPersonal,
                !["Medication", "Provenance"].contains(entry.resourceType)
            else { continue }
            #expect(entry.patient == .entry(patient), "\(entry.resourceType)")
        }
        #expect(domains.isSuperset(of: [.medical, .laboratory, .administrative]))
        for reference in unit.openReferences {
            guard case .conditional = reference.reference.form else {
                Issue.record("\(reference.reference.form)")
                continue
            }
        }
        #expect(unit.manifest.reassemble(unit.entries.map(unit.resourceBytes)) == bytes)
    }

    /// HL7's official examples of R4.
    @Test("of HL7's examples is parsed and written without loss")
    func examples() throws {
        let files = try #require(TestData.archive("fhir-r4/examples.tar.xz"))
        #expect(files.count > 300)
        var bundles = 0
        for file in files where file.name.hasSuffix(".json") {
            let document = try JSONDocument(parsing: file.bytes)
            let value = document.root.value
            #expect(try JSONValue(parsing: value.serialized()) == value, "\(file.name)")
            #expect(try JSONValue(parsing: value.serialized(pretty: true)) == value)
            do {
                let unit = try BundleSplitter.split(document)
                #expect(
                    unit.manifest.reassemble(unit.entries.map(unit.resourceBytes)) == file.bytes,
                    "\(file.name)")
            } catch {
                bundles += 1
                #expect(
                    Self.refused[file.name.split(separator: "/").last ?? ""] == error.problem,
                    "\(file.name) \(error)")
            }
        }
        #expect(bundles == Self.refused.count)
    }

    /// Examples that carry nothing to import.
    static let refused: [Substring: ImportProblem] = [
        "Bundle-bundle-request-simplesummary.json": .unsupportedMethod,
        "Bundle-72ac8493-52ac-41bd-8d5d-7258c289b5ea.json": .nestedBundle,
        "Bundle-bundle-response-medsallergies.json": .unsupportedBundleType,
    ]
}
