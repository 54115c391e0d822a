import Base
import Cryptography
import Encoding
import FHIRModel

/// How one patient is named in what is imported.
struct PatientHandle {
    /// The identifier that tells the person apart; nil when only a resource id is known.
    let identifier: PatientKey?
    /// The id of the Patient resource at its source.
    let resource: PatientKey?
    /// What a new enrolment commits to.
    let identityNumber: IdentityNumber?
    let identityText: String

    /// The keys under which the patient is found later.
    var keys: [PatientKey] { [identifier, resource].compactMap { $0 } }
}

/// Reads patients' names out of FHIR, without keeping any of them.
struct PatientNames {
    /// Tells apart the resource ids of different sources.
    let source: String
    let secret: SecretBytes

    /// The name of a Patient resource; nil when it has neither an identifier nor an id.
    ///
    /// One identifier counts, because one person's others (telephone-like numbers, cards that pass
    /// from hand to hand) may be another's too: the identity number if there is one, otherwise the
    /// first with a system and a value.
    func handle(of patient: JSONElement, hasGlobalID: Bool = true) -> PatientHandle? {
        let identifiers = (patient["identifier"].map { Array($0.elements) } ?? []).compactMap {
            identifier -> (system: String, value: String)? in
            guard let system = identifier["system"]?.stringValue,
                let value = identifier["value"]?.stringValue, !system.isEmpty, !value.isEmpty
            else { return nil }
            return (system, value)
        }
        let number = identifiers.lazy.filter { $0.system == CodeSystem.identityNumber }
            .compactMap { try? IdentityNumber($0.value) }.first
        let id = hasGlobalID ? patient["id"]?.stringValue : nil
        let chosen = number.map { (CodeSystem.identityNumber, $0.text) } ?? identifiers.first
        guard chosen != nil || id != nil else { return nil }
        return handle(identifier: chosen, id: id, number: number)
    }

    /// The name in a reference that leaves the document; nil when it names no patient.
    func handle(ofReference text: String) -> PatientHandle? {
        switch ReferenceText(text).form {
        case .relative("Patient", let id), .absolute(_, "Patient", let id):
            return handle(identifier: nil, id: id, number: nil)
        case .conditional("Patient"): return search(text)
        default: return nil
        }
    }

    /// `Patient?identifier=system|value`, as Synthea and others write it.
    private func search(_ text: String) -> PatientHandle? {
        let marker = "identifier="
        guard let query = text.split(separator: "?", maxSplits: 1).last,
            let parameter = query.split(separator: "&").first(where: { $0.hasPrefix(marker) }),
            let decoded = PercentText.decode(parameter.dropFirst(marker.count)),
            let bar = decoded.firstIndex(of: "|")
        else { return nil }
        let (system, value) = (String(decoded[..<bar]), String(decoded[bar...].dropFirst()))
        guard !system.isEmpty, !value.isEmpty else { return nil }
        let number =
            system == CodeSystem.identityNumber ? try? IdentityNumber(value) : nil
        return handle(identifier: (system, number?.text ?? value), id: nil, number: number)
    }

    private func handle(
        identifier: (system: String, value: String)?, id: String?, number: IdentityNumber?
    ) -> PatientHandle {
        PatientHandle(
            identifier: identifier.map {
                PatientKey(system: $0.system, value: $0.value, secret: secret)
            },
            resource: id.map { PatientKey(source: source, id: $0, secret: secret) },
            identityNumber: number,
            identityText: identifier.map { "\($0.system)|\($0.value)" }
                ?? "\(source)|\(id ?? "")")
    }
}
