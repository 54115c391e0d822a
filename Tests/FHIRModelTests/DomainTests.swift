import FHIRModel
import Testing

@Suite("Domains and purposes")
struct DomainTests {
    @Test("have stable numbers and codes, which the ledger stores")
    func stable() {
        let expected = [
            "medical", "medication", "laboratory", "imaging", "sensitive", "genome", "wellness",
            "eldercare", "administrative", "education", "knowledge", "directory",
        ]
        #expect(Domain.allCases.map(\.code) == expected)
        #expect(Domain.allCases.map(\.rawValue) == Array(1...12))
        #expect(Purpose.allCases.map(\.rawValue) == Array(1...8))
        #expect(
            Purpose.allCases.map(\.code) == [
                "TREAT", "ETREAT", "HPAYMT", "HOPERAT", "HRESCH", "PUBHLTH", "PATRQT", "HCOMPL",
            ])
    }

    @Test("are found by their codes")
    func codes() {
        for domain in Domain.allCases { #expect(Domain(code: domain.code) == domain) }
        for purpose in Purpose.allCases { #expect(Purpose(code: purpose.code) == purpose) }
        #expect(Domain(code: "Medical") == nil)
        #expect(Purpose(code: "BTG") == .emergency)
        #expect(Purpose(code: "CLINTRCH") == .research)
        #expect(Purpose(code: "HMARKT") == nil)
        #expect(Purpose(code: "") == nil)
    }

    @Test("have names in both languages that differ")
    func names() {
        #expect(Set(Domain.allCases.map(\.english)).count == 12)
        #expect(Set(Domain.allCases.map(\.chinese)).count == 12)
        #expect(Set(Purpose.allCases.map(\.english)).count == 8)
        #expect(Set(Purpose.allCases.map(\.chinese)).count == 8)
    }

    @Test("are more protected, the more they say about a resident")
    func sensitivity() {
        for domain in Domain.allCases {
            #expect((1...5).contains(domain.sensitivityLevel))
            #expect(domain.isPersonal == (domain.sensitivityLevel > 1))
        }
        #expect(
            Domain.allCases.filter { $0.sensitivityLevel == 5 } == [.sensitive, .genome])
        #expect(Domain.medical.retention.minimumYears == 30)
        #expect(Domain.knowledge.retention.minimumYears == nil)
    }
}
