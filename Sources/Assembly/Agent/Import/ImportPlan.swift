import Base
import Encoding
import FHIRModel

/// Who owns what in one document, before anybody is looked up.
struct ImportPlan {
    /// The owner of a resource.
    enum Owner: Hashable {
        /// The importing institution.
        case institution
        /// A patient, by the place in the file's roster.
        case patient(Int)
    }

    /// The owner of each entry.
    let owners: [Owner]
    /// The owner and domain of the document itself; nil for a single resource.
    let manifest: (owner: Owner, domain: Domain)?

    /// Plans one document and adds its patients to the file's roster.
    init(
        _ unit: ImportUnit, names: PatientNames, archives: Bool = false,
        roster: inout PatientRoster
    ) throws(ImportFailure) {
        func patient(of entry: ImportEntry, at index: Int) throws(ImportFailure) -> Int? {
            do throws(ImportFailure) {
                return try Self.patient(of: entry, in: unit, at: index, names, &roster)
            } catch {
                // An archive keeps what names nobody as the institution's own.
                guard archives, case .patientUnidentified = error else { throw error }
                return nil
            }
        }
        // Patient resources first: they tie an id to an identifier, whatever refers to them.
        for (index, entry) in unit.entries.enumerated() where entry.resourceType == "Patient" {
            _ = try patient(of: entry, at: index)
        }
        var found: [Int?] = []
        for (index, entry) in unit.entries.enumerated() {
            found.append(try patient(of: entry, at: index))
        }
        // With one patient, everything that comes along belongs to their record.
        let distinct = Set(found.compactMap { $0 })
        let common = distinct.count == 1 ? distinct.first.map { Owner.patient($0) } : nil
        owners = found.map { $0.map { Owner.patient($0) } ?? common ?? .institution }
        manifest =
            unit.kind == .resource
            ? nil : (common ?? .institution, distinct.isEmpty ? .directory : .medical)
    }

    private static func patient(
        of entry: ImportEntry, in unit: ImportUnit, at index: Int, _ names: PatientNames,
        _ roster: inout PatientRoster
    ) throws(ImportFailure) -> Int? {
        guard let target = entry.patient else { return nil }
        let place = unit.kind == .resource ? nil : index
        let handle: PatientHandle? =
            switch target {
            case .entry(let index): names.handle(of: unit.entries[index].resource)
            case .contained: contained(in: entry.resource, names)
            case .outside: outside(of: entry, names)
            }
        guard let handle else { throw .patientUnidentified(entry: place) }
        guard let index = roster.index(of: handle) else { throw .patientAmbiguous(entry: place) }
        return index
    }

    private static func contained(
        in resource: JSONElement, _ names: PatientNames
    ) -> PatientHandle? {
        // The id of a contained resource means nothing outside of it.
        resource["contained"]?.elements.lazy
            .filter { $0["resourceType"]?.isString("Patient") == true }
            .compactMap { names.handle(of: $0, hasGlobalID: false) }.first
    }

    /// The members that name a subject come first; then any reference to a Patient.
    private static func outside(
        of entry: ImportEntry, _ names: PatientNames
    ) -> PatientHandle? {
        let members = [
            "subject", "patient", "beneficiary", "individual", "candidate", "for", "deliverTo",
        ]
        let texts =
            members.compactMap { entry.resource[$0]?["reference"]?.stringValue }
            + entry.references.filter { $0.target == .outside }.map(\.text)
        return texts.lazy.compactMap { names.handle(ofReference: $0) }.first
    }
}
