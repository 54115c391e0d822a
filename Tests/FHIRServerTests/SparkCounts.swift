import Encoding

/// The answers to the guide's questions, computed from the patients' bundles alone.
struct SparkCounts {
    /// The mean systolic pressure of the last eight years that have one, latest first.
    let pressure: [(year: String, count: Int, mean: Double)]
    /// People by the ten years of age in which their diabetes began.
    let diabetes: [[String]]
    /// The five medications that were requested most, with requests and people.
    let medications: [[String]]
    let genders: [[String]]

    init(_ resources: [JSONValue]) {
        func all(_ type: String) -> [JSONValue] {
            resources.filter { $0["resourceType"]?.stringValue == type }
        }
        let patients = all("Patient")
        pressure = Self.pressure(all("Observation"))
        diabetes = Self.diabetes(all("Condition"), patients)
        medications = Self.medications(all("MedicationRequest"))
        let genders = Dictionary(grouping: patients) { $0["gender"]?.stringValue ?? "" }
        self.genders = genders.keys.sorted().map { [$0, "\(genders[$0]?.count ?? 0)"] }
    }

    private static func has(_ code: String, _ concept: JSONValue?) -> Bool {
        (concept?["coding"]?.elements ?? []).contains { $0["code"]?.stringValue == code }
    }

    private static func pressure(
        _ observations: [JSONValue]
    ) -> [(year: String, count: Int, mean: Double)] {
        var values: [String: [Double]] = [:]
        for observation in observations where has("85354-9", observation["code"]) {
            let year = String((observation["effectiveDateTime"]?.stringValue ?? "").prefix(4))
            for component in observation["component"]?.elements ?? []
            where has("8480-6", component["code"]) {
                let text = component["valueQuantity"]?["value"]?.numberText ?? ""
                values[year, default: []].append(Double(text) ?? .nan)
            }
        }
        return values.keys.sorted(by: >).prefix(8).map { year in
            let measured = values[year] ?? []
            return (year, measured.count, measured.reduce(0, +) / Double(measured.count))
        }
    }

    private static func diabetes(
        _ conditions: [JSONValue], _ patients: [JSONValue]
    ) -> [[String]] {
        var births: [String: Int] = [:]
        for patient in patients {
            let (id, born) = (patient["id"]?.stringValue, patient["birthDate"]?.stringValue)
            births[id ?? ""] = born.flatMap { Int($0.prefix(4)) }
        }
        var bands: [Int: Int] = [:]
        for condition in conditions where has("44054006", condition["code"]) {
            let patient = person(condition)
            guard let born = births[patient],
                let onset = condition["onsetDateTime"]?.stringValue.flatMap({ Int($0.prefix(4)) })
            else { continue }
            bands[(onset - born) / 10 * 10, default: 0] += 1
        }
        return bands.sorted { $0.key < $1.key }.map { ["\($0.key)", "\($0.value)"] }
    }

    private static func medications(_ requests: [JSONValue]) -> [[String]] {
        let named = Dictionary(grouping: requests) {
            $0["medicationCodeableConcept"]?["text"]?.stringValue ?? ""
        }
        let order = named.sorted { left, right in
            left.value.count != right.value.count
                ? left.value.count > right.value.count : left.key < right.key
        }
        return order.prefix(5).map { name, requests in
            [name, "\(requests.count)", "\(Set(requests.map(person)).count)"]
        }
    }

    /// The id of the patient whom a resource of a bundle names by `urn:uuid:`.
    private static func person(_ resource: JSONValue) -> String {
        String((resource["subject"]?["reference"]?.stringValue ?? "").dropFirst("urn:uuid:".count))
    }
}
