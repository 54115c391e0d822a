import Base
import Encoding

extension SampleBundleWriter {
    /// The resident, the hospital, the doctor and the insurance.
    mutating func addPeople(_ dice: inout SampleDice) {
        let province = person.province
        let licence = "TEST\(province.code)0001"
        add(
            "Organization", url: hospitalURL, search: "identifier=\(licence)",
            [
                "identifier": [["value": .string(licence)]], "active": true,
                "name": "\(province.chinese)康链示范医院（测试）",
                "address": [["state": .string(province.chinese), "country": "CN"]],
            ])
        let doctor = dice.number(1...20)
        let staff = "TEST\(province.code)D\(100 + doctor)"
        add(
            "Practitioner", url: doctorURL, search: "identifier=\(staff)",
            [
                "identifier": [["value": .string(staff)]], "active": true,
                "name": [
                    [
                        "text": "\(SampleNames.surnames[doctor])医生（测试）",
                        "family": .string(SampleNames.surnames[doctor]),
                    ]
                ],
            ])
        addPatient()
        add(
            "Coverage", url: "urn:uuid:\(dice.uuid())",
            [
                "status": "active",
                "type": [
                    "text": .string(person.age < 18 || person.age > 65 ? "城乡居民基本医疗保险" : "职工基本医疗保险")
                ],
                "beneficiary": patient, "payor": [["display": "\(province.chinese)医疗保障局（测试）"]],
            ])
    }

    private mutating func addPatient() {
        let district = person.district
        let place = person.province.chinese == district.city ? "" : person.province.chinese
        var address: JSONValue = [
            "use": "home", "text": "\(place)\(district.city)\(district.name)\(person.street)",
            "line": [.string(person.street)],
        ]
        if !district.city.isEmpty {
            address["city"] = .string(district.city)
            address["district"] = .string(district.name)
        }
        address["state"] = .string(person.province.chinese)
        address["country"] = "CN"
        add(
            "Patient", url: patientURL,
            [
                "identifier": [
                    [
                        "use": "official", "type": ["text": "居民身份证号码（合成）"],
                        "system": .string(CodeSystem.identityNumber),
                        "value": .string(person.identityNumber.text),
                    ]
                ],
                "active": true,
                "name": [
                    [
                        "use": "official", "text": .string(person.surname + person.given),
                        "family": .string(person.surname), "given": [.string(person.given)],
                    ]
                ],
                "telecom": [["system": "phone", "value": .string(person.phone), "use": "mobile"]],
                "gender": .string(person.sex.rawValue), "birthDate": .string(person.birthDate.iso),
                "address": [address],
                "managingOrganization": reference(hospitalURL),
            ])
    }

    /// A visit to the outpatient department.
    mutating func addEncounter(
        on date: CivilDate, reason: String, label: String? = nil, _ dice: inout SampleDice
    ) -> SampleEncounter {
        let encounter = SampleEncounter(
            url: "urn:uuid:\(dice.uuid())", date: date, reason: reason, label: label,
            minute: 480 + dice.number(0...480))
        add(
            "Encounter", url: encounter.url, label: label,
            [
                "status": "finished",
                "class": [
                    "system": .string(CodeSystem.actCode), "code": "AMB", "display": "ambulatory",
                ],
                "subject": patient, "participant": [["individual": reference(doctorURL)]],
                "period": ["start": encounter.time(after: 0), "end": encounter.time(after: 45)],
                "reasonCode": [["text": .string(reason)]],
                "serviceProvider": reference(hospitalURL),
            ])
        return encounter
    }

    mutating func addCondition(
        _ disease: SampleDisease, _ encounter: SampleEncounter, _ dice: inout SampleDice
    ) -> String {
        add(
            "Condition", url: "urn:uuid:\(dice.uuid())", label: disease.label,
            [
                "clinicalStatus": status(
                    "condition-clinical", disease.isChronic ? "active" : "resolved"),
                "verificationStatus": status("condition-ver-status", "confirmed"),
                "category": [status("condition-category", "encounter-diagnosis")],
                "code": concept(CodeSystem.icd10, disease.code, disease.name),
                "subject": patient, "encounter": reference(encounter.url),
                "onsetDateTime": .string(encounter.date.iso),
                "recordedDate": encounter.time(after: 20), "recorder": reference(doctorURL),
            ])
    }

    mutating func addPrescription(
        _ medicine: SampleMedicine, for condition: String?, _ encounter: SampleEncounter,
        _ dice: inout SampleDice
    ) {
        var members: JSONValue = [
            "status": "completed", "intent": "order",
            "medicationCodeableConcept": concept(
                "http://www.whocc.no/atc", medicine.code, medicine.name),
            "subject": patient, "encounter": reference(encounter.url),
            "authoredOn": encounter.time(after: 30), "requester": reference(doctorURL),
        ]
        if let condition { members["reasonReference"] = [reference(condition)] }
        members["dosageInstruction"] = [["text": .string(medicine.dosage)]]
        add("MedicationRequest", url: "urn:uuid:\(dice.uuid())", label: encounter.label, members)
    }

    mutating func addAllergy(on date: CivilDate, _ dice: inout SampleDice) {
        let (code, name, category) = dice.pick([
            ("J01CE01", "青霉素", "medication"), ("J01DB", "头孢菌素类", "medication"),
            ("", "海鲜", "food"), ("", "花生", "food"), ("", "尘螨", "environment"),
        ])
        let substance: JSONValue =
            code.isEmpty
            ? ["text": .string(name)] : concept("http://www.whocc.no/atc", code, name)
        add(
            "AllergyIntolerance", url: "urn:uuid:\(dice.uuid())",
            [
                "clinicalStatus": status("allergyintolerance-clinical", "active"),
                "verificationStatus": status("allergyintolerance-verification", "confirmed"),
                "category": [.string(category)],
                "criticality": dice.happens(30) ? "high" : "low", "code": substance,
                "patient": patient, "recordedDate": .string(date.iso),
                "reaction": [["manifestation": [["text": "皮疹"]]]],
            ])
    }

    mutating func addImmunization(
        _ vaccine: SampleVaccine, on date: CivilDate, _ dice: inout SampleDice
    ) {
        add(
            "Immunization", url: "urn:uuid:\(dice.uuid())",
            [
                "status": "completed",
                "vaccineCode": concept(
                    "http://hl7.org/fhir/sid/cvx", vaccine.cvx, vaccine.name),
                "patient": patient, "occurrenceDateTime": .string(date.iso),
                "primarySource": true, "lotNumber": "TEST\(dice.number(100_000...999_999))",
                "performer": [["actor": reference(hospitalURL)]],
            ])
    }
}
