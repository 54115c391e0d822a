import Base
import Encoding

/// Synthetic residents of a hospital, each with the same number of resources; same seed, same
/// residents.
struct FHIRPopulation: Sendable {
    /// Resources of one resident, the Patient included.
    static let resourcesPerPatient = 1000
    private static let codes = [
        "8867-4", "8480-6", "8462-4", "29463-7", "8302-2", "2339-0", "4548-4", "718-7", "2160-0",
        "2951-2", "2823-3", "6690-2", "777-3", "2093-3", "2571-8", "2085-9",
    ]
    private static let families = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴"]

    let seed: UInt64

    /// The id of a resident.
    static func patientID(_ patient: Int) -> String { "p\(patient)" }

    /// A code that about one in sixteen Observations has.
    static func code(_ index: Int) -> String { codes[index % codes.count] }

    static func family(_ index: Int) -> String { families[index % families.count] }

    /// The resources of one resident, the Patient first.
    func resources(of patient: Int) -> [JSONValue] {
        var dice = SplitMix(seed: seed ^ UInt64(patient) &* 0x9e37_79b9_7f4a_7c15)
        let id = Self.patientID(patient)
        let subject: JSONValue = ["reference": .string("Patient/" + id)]
        var resources: [JSONValue] = [
            [
                "resourceType": "Patient", "id": .string(id),
                "identifier": [["system": "urn:kanglian:bench", "value": .string(id)]],
                "name": [["family": .string(Self.family(patient)), "given": ["\(patient)"]]],
                "gender": patient % 2 == 0 ? "male" : "female",
                "birthDate": .string(
                    "19\(40 + dice.next(60))-0\(1 + dice.next(9))-1\(dice.next(9))"),
            ]
        ]
        var encounter = ""
        for index in 1..<Self.resourcesPerPatient {
            let own = "\(id)-\(index)"
            let day =
                "20\(10 + dice.next(15))-\(pad(1 + dice.next(12)))-\(pad(1 + dice.next(28)))"
            let time = "\(day)T\(pad(dice.next(24))):\(pad(dice.next(60))):00+08:00"
            switch index % 20 {
            case 1:
                encounter = "Encounter/" + own
                resources.append([
                    "resourceType": "Encounter", "id": .string(own), "status": "finished",
                    "class": [
                        "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
                        "code": "AMB",
                    ], "subject": subject, "period": ["start": .string(time)],
                ])
            case 2:
                resources.append([
                    "resourceType": "Condition", "id": .string(own), "subject": subject,
                    "clinicalStatus": [
                        "coding": [
                            [
                                "system":
                                    "http://terminology.hl7.org/CodeSystem/condition-clinical",
                                "code": "active",
                            ]
                        ]
                    ],
                    "code": [
                        "coding": [
                            [
                                "system": "http://snomed.info/sct",
                                "code": .string(String(100_000 + dice.next(200))),
                            ]
                        ]
                    ], "encounter": ["reference": .string(encounter)],
                    "onsetDateTime": .string(day),
                ])
            case 3:
                resources.append([
                    "resourceType": "MedicationRequest", "id": .string(own), "status": "active",
                    "intent": "order", "subject": subject,
                    "medicationCodeableConcept": [
                        "coding": [
                            [
                                "system": "http://www.nlm.nih.gov/research/umls/rxnorm",
                                "code": .string(String(1000 + dice.next(100))),
                            ]
                        ]
                    ], "encounter": ["reference": .string(encounter)], "authoredOn": .string(day),
                ])
            default:
                resources.append([
                    "resourceType": "Observation", "id": .string(own), "status": "final",
                    "category": [
                        [
                            "coding": [
                                [
                                    "system":
                                        "http://terminology.hl7.org/CodeSystem/observation-category",
                                    "code": index % 2 == 0 ? "laboratory" : "vital-signs",
                                ]
                            ]
                        ]
                    ],
                    "code": [
                        "coding": [
                            [
                                "system": "http://loinc.org",
                                "code": .string(Self.code(dice.next(Self.codes.count))),
                            ]
                        ]
                    ], "subject": subject, "encounter": ["reference": .string(encounter)],
                    "effectiveDateTime": .string(time),
                    "valueQuantity": [
                        "value": .number("\(dice.next(200)).\(dice.next(10))"), "unit": "mg/dL",
                        "system": "http://unitsofmeasure.org", "code": "mg/dL",
                    ],
                ])
            }
        }
        return resources
    }

    private func pad(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
}

/// Numbers that follow from a seed (Vigna's SplitMix64).
struct SplitMix: Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// A number below a limit.
    mutating func next(_ limit: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return Int((value ^ value >> 31) % UInt64(limit))
    }
}
