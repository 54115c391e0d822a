import Base
import Encoding
import FHIRModel
import Testing

@Suite("A sample resident")
struct SampleResidentsTests {
    @Test("is the same for the same seed, province and index, and differs otherwise")
    func deterministic() {
        let first = SampleResidents(seed: 1, province: "33").resident(index: 5)
        let again = SampleResidents(seed: 1, province: "33").resident(index: 5)
        #expect(first.bundle == again.bundle)
        #expect(first.identityNumber == again.identityNumber)
        let others = [
            SampleResidents(seed: 2, province: "33").resident(index: 5),
            SampleResidents(seed: 1, province: "11").resident(index: 5),
            SampleResidents(seed: 1, province: "33").resident(index: 6),
            SampleResidents(seed: 1, province: "33").resident(index: -5),
        ]
        for other in others { #expect(other.bundle != first.bundle) }
        #expect(Set(Samples.population.map(\.identityNumber)).count == Samples.population.count)
    }

    @Test("has a history of 25 to 60 resources about one patient", arguments: 0..<60)
    func history(_ index: Int) throws {
        let resident = Samples.population[index]
        let unit = try BundleSplitter.split(resident.bundle)
        #expect(unit.kind == .transaction)
        #expect((25...60).contains(unit.entries.count))
        #expect(unit.openReferences.isEmpty)
        let patients = unit.entries.indices.filter { unit.entries[$0].resourceType == "Patient" }
        #expect(patients.count == 1)
        for entry in unit.entries {
            #expect(entry.domain == .directory || entry.patient == .entry(patients[0]))
            let meta = try #require(entry.resource["meta"])
            for labels in ["security", "tag"] {
                #expect(meta[labels]?[0]?["code"]?.isString("HTEST") == true)
            }
        }
        let types = Set(unit.entries.map(\.resourceType))
        #expect(
            types.isSuperset(of: [
                "Patient", "Encounter", "Condition", "Observation", "DiagnosticReport",
                "Organization", "Practitioner", "Coverage",
            ]))
    }

    @Test("agrees with the Patient resource", arguments: 0..<60)
    func patient(_ index: Int) throws {
        let resident = Samples.population[index]
        let unit = try BundleSplitter.split(resident.bundle)
        let patient = try #require(unit.entries.first { $0.resourceType == "Patient" }).resource
        let text = try #require(patient["identifier"]?[0]?["value"]?.stringValue)
        let number = try IdentityNumber(text)
        #expect(number == resident.identityNumber)
        #expect(number.region.province.code == "33")
        #expect(number.birthDate == resident.birthDate)
        #expect(number.sex == resident.sex)
        #expect(patient["birthDate"]?.stringValue == resident.birthDate.iso)
        #expect(patient["gender"]?.stringValue == resident.sex.rawValue)
        let name = try #require(patient["name"]?[0])
        #expect(name["text"]?.stringValue == resident.name)
        let family = try #require(name["family"]?.stringValue)
        let given = try #require(name["given"]?[0]?.stringValue)
        #expect(family + given == resident.name)
        let phone = try #require(patient["telecom"]?[0]?["value"]?.stringValue)
        #expect(phone.hasPrefix("100"))
        #expect(phone.utf8.count == 11)
    }

    @Test("has no event before birth or after the last day")
    func dates() throws {
        for resident in Samples.population {
            let unit = try BundleSplitter.split(resident.bundle)
            for entry in unit.entries where entry.resourceType == "Encounter" {
                let start = try #require(entry.resource["period"]?["start"]?.stringValue)
                #expect(start.prefix(10) >= resident.birthDate.iso)
                #expect(start.prefix(10) <= "2026-01-01")
            }
        }
    }

    @Test("of a population uses most domains and keeps trailing zeros")
    func population() throws {
        var domains: Set<Domain> = []
        var sensitive = 0
        var zeros = 0
        for resident in Samples.population {
            let unit = try BundleSplitter.split(resident.bundle)
            domains.formUnion(unit.entries.map(\.domain))
            sensitive += unit.entries.contains { $0.domain == .sensitive } ? 1 : 0
            for entry in unit.entries {
                let text = entry.resource["valueQuantity"]?["value"]?.numberText ?? ""
                zeros += text.contains(".") && text.hasSuffix("0") ? 1 : 0
            }
        }
        #expect(
            domains == [
                .medical, .medication, .laboratory, .imaging, .sensitive, .wellness, .eldercare,
                .administrative, .directory,
            ])
        #expect((1..<20).contains(sensitive))
        #expect(zeros > 20)
    }

    @Test("lives in each province", arguments: Province.all.map(\.code))
    func provinces(_ code: String) throws {
        let resident = SampleResidents(seed: 3, province: code).resident(index: 0)
        #expect(resident.identityNumber.region.province.code == code)
        _ = try BundleSplitter.split(resident.bundle)
    }
}

/// One small population for all tests.
private enum Samples {
    static let population = (0..<60).map {
        SampleResidents(seed: 7, province: "33").resident(index: $0)
    }
}
