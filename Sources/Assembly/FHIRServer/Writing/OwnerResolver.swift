import Agent
import Base
import Consent
import Encoding
import FHIRModel
import FHIRSearch
import Ledger

/// Finds who owns resources that are to be written, and in which domain they are.
///
/// A Patient's owner is the resident, enrolled now if new. Other resources belong to the patient
/// whom they name first; those that name none belong to the institution, or, if they are personal
/// by their kind and come with one patient alone, to that patient.
struct OwnerResolver {
    let desk: WritingDesk
    let index: any ResourceIndex

    struct Place: Hashable, Sendable {
        let owner: AccountID
        let domain: Domain
    }

    /// The place of each resource, in order.
    ///
    /// - Parameter current: the newest versions of the same resources, in the same order.
    func places(
        of resources: [(name: ResourceName, value: JSONValue)], current: [StoredVersion?]
    ) throws(FHIRError) -> [Place] {
        var elements: [JSONElement] = []
        for resource in resources {
            guard let document = try? JSONDocument(parsing: resource.value.serialized()) else {
                throw .invalid("The resource is not JSON.", "资源不是 JSON。")
            }
            elements.append(document.root)
        }
        // Everything is checked before anybody is enrolled.
        let known = Set(resources.map(\.name))
        var named: [Named?] = []
        for (index, resource) in resources.enumerated() {
            named.append(
                resource.name.type == "Patient" ? nil : try patient(of: elements[index], known))
        }
        var owners = try patients(resources, elements, current)
        for (resource, named) in zip(resources, named) {
            switch named {
            case .here(let patient): owners[resource.name] = owners[patient]
            case .account(let owner): owners[resource.name] = owner
            case nil: break
            }
        }
        let distinct = Set(owners.values)
        let only = distinct.count == 1 ? distinct.first : nil
        return resources.indices.map { index in
            let domain = ResourceClassifier.domain(of: elements[index])
            let found = owners[resources[index].name]
            let owner = found ?? (domain.isPersonal ? only : nil) ?? desk.account
            return Place(owner: owner, domain: domain)
        }
    }

    /// The owners of the Patient resources among them.
    private func patients(
        _ resources: [(name: ResourceName, value: JSONValue)], _ elements: [JSONElement],
        _ current: [StoredVersion?]
    ) throws(FHIRError) -> [ResourceName: AccountID] {
        var owners: [ResourceName: AccountID] = [:]
        var new: [Int] = []
        for index in resources.indices where resources[index].name.type == "Patient" {
            if let kind = current[index].flatMap({ RecordKind(scope: $0.scope) }) {
                owners[resources[index].name] = kind.owner
            } else {
                new.append(index)
            }
        }
        guard !new.isEmpty else { return owners }
        do throws(ImportFailure) {
            let accounts = try desk.enrol(new.map { elements[$0] })
            for (index, account) in zip(new, accounts) {
                owners[resources[index].name] = account
            }
        } catch { throw FHIRError(error) }
        return owners
    }

    /// The patient whom a resource names.
    private enum Named {
        /// One that is written together with it.
        case here(ResourceName)
        case account(AccountID)
    }

    /// The patient whom a resource names; nil when it names none.
    private func patient(
        of element: JSONElement, _ known: Set<ResourceName>
    ) throws(FHIRError) -> Named? {
        for candidate in PatientCompartment.candidates(in: element)
        where PatientCompartment.namesPatient(candidate) {
            guard let text = candidate["reference"]?.stringValue,
                case .relative("Patient", let id) = ReferenceText(text).form
            else { continue }
            let target = ResourceName(type: "Patient", id: id)
            if known.contains(target) { return .here(target) }
            do throws(IndexError) {
                if let found = try index.current(target), let kind = RecordKind(scope: found.scope)
                {
                    return .account(kind.owner)
                }
            } catch { throw FHIRError(error) }
            throw .unprocessable(
                "The resource is about a Patient that is not here. Create the Patient first, or "
                    + "send both in one transaction.",
                "资源所涉及的 Patient 不在此处。请先创建该 Patient，或在同一事务中一并发送。",
                at: element["resourceType"]?.stringValue)
        }
        return nil
    }
}
