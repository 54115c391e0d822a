import Base
import FHIRModel

/// The distinct patients of one file, in the order in which it names them.
struct PatientRoster {
    private(set) var patients: [PatientHandle] = []
    private var known: [Hash256: Int] = [:]

    /// The place of a patient, who is added if new; nil when two different persons would share it.
    mutating func index(of handle: PatientHandle) -> Int? {
        let found = handle.keys.compactMap { known[$0.digest] }.first
        guard let index = found else {
            patients.append(handle)
            remember(handle, patients.count - 1)
            return patients.count - 1
        }
        let other = patients[index]
        if let mine = handle.identifier, let theirs = other.identifier, mine != theirs {
            return nil
        }
        if other.identifier == nil, handle.identifier != nil { patients[index] = handle }
        remember(handle, index)
        return index
    }

    private mutating func remember(_ handle: PatientHandle, _ index: Int) {
        for key in handle.keys where known[key.digest] == nil { known[key.digest] = index }
    }
}

extension AgentState {
    /// What the institution knows about a patient, and the keys that it does not know yet.
    ///
    /// Nil when the patient is new. The id of a resource alone finds a patient, but not one who is
    /// known by another identifier: ids of different systems may be equal.
    func find(
        _ handle: PatientHandle
    ) throws(ImportFailure) -> (patient: Patient, newKeys: [PatientKey])? {
        let byIdentifier = handle.identifier.flatMap { patients[$0.digest] }
        let byResource = handle.resource.flatMap { patients[$0.digest] }
        if let byIdentifier {
            if let byResource, byResource.pseudonym != byIdentifier.pseudonym {
                throw .patientAmbiguous(entry: nil)
            }
            return (byIdentifier, byResource == nil ? [handle.resource].compactMap { $0 } : [])
        }
        guard let byResource else { return nil }
        guard let identifier = handle.identifier else { return (byResource, []) }
        guard !identified.contains(byResource.pseudonym) else {
            throw .patientAmbiguous(entry: nil)
        }
        return (byResource, [identifier])
    }
}
