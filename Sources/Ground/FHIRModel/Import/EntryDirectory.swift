import Encoding

/// Resolves references among the entries of one document.
///
/// Source: FHIR R4 Bundle, "Resolving references in Bundles".
struct EntryDirectory {
    private let drafts: [EntryDraft]
    private var byURL: [String: Int] = [:]
    private var byName: [String: Int] = [:]

    init(_ drafts: [EntryDraft]) {
        self.drafts = drafts
        for (index, draft) in drafts.enumerated() {
            // The first one wins, also among the versions of a history.
            if let url = draft.fullURL, byURL[url] == nil { byURL[url] = index }
            guard let id = draft.id else { continue }
            let name = "\(draft.resourceType)/\(id)"
            if byName[name] == nil { byName[name] = index }
        }
    }

    /// The entry with its references resolved and its patient and domain found.
    func entry(from draft: EntryDraft, at index: Int?) throws(ImportError) -> ImportEntry {
        let found: [ReferenceScanner.Found]
        do {
            found = try ReferenceScanner.references(in: draft.resource) { byURL[$0] != nil }
        } catch {
            throw ImportError(problem: .invalidReference, entry: index, offset: error.offset)
        }
        let references = found.map { found in
            let reference = ReferenceText(found.text)
            return ImportReference(
                reference: reference, target: target(of: reference, from: draft),
                byteRange: found.element.byteRange, isLink: found.isLink)
        }
        return ImportEntry(
            resource: draft.resource, resourceType: draft.resourceType, id: draft.id,
            fullURL: draft.fullURL, domain: ResourceClassifier.domain(of: draft.resource),
            patient: patient(of: draft, at: index ?? 0), references: references,
            method: draft.method)
    }

    private func target(of reference: ReferenceText, from draft: EntryDraft) -> ImportTarget {
        switch reference.form {
        case .contained: .contained
        case .urn: byURL[reference.text].map(ImportTarget.entry) ?? .outside
        case .relative(let type, let id):
            (base(of: draft).flatMap { byURL["\($0)/\(type)/\(id)"] } ?? byName["\(type)/\(id)"])
                .map(ImportTarget.entry) ?? .outside
        case .absolute(let base, let type, let id):
            (byURL[reference.text] ?? byURL["\(base)/\(type)/\(id)"])
                .map(ImportTarget.entry) ?? .outside
        case .conditional: .outside
        case .other: byURL[reference.text].map(ImportTarget.entry) ?? .outside
        }
    }

    /// The server of a RESTful `fullUrl`, to which relative references belong.
    private func base(of draft: EntryDraft) -> String? {
        guard let url = draft.fullURL, case .absolute(let base, _, _) = ReferenceText(url).form
        else { return nil }
        return base
    }

    /// The patient the resource is about: itself, an entry, or somebody outside.
    private func patient(of draft: EntryDraft, at index: Int) -> ImportTarget? {
        if draft.resourceType == "Patient" { return .entry(index) }
        for candidate in PatientCompartment.candidates(in: draft.resource) {
            guard let text = candidate["reference"]?.stringValue else { continue }
            let reference = ReferenceText(text)
            switch target(of: reference, from: draft) {
            case .entry(let target):
                if drafts[target].resourceType == "Patient" { return .entry(target) }
            case .contained:
                if containsPatient(draft.resource, reference) { return .contained }
            case .outside:
                if PatientCompartment.namesPatient(candidate) { return .outside }
            }
        }
        return nil
    }

    private func containsPatient(_ resource: JSONElement, _ reference: ReferenceText) -> Bool {
        guard case .contained(let id) = reference.form, let list = resource["contained"] else {
            return false
        }
        return list.elements.contains {
            $0["resourceType"]?.isString("Patient") == true && $0["id"]?.isString(id) == true
        }
    }
}
