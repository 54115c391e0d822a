import Encoding

/// What an entry says about itself, before references are resolved.
struct EntryDraft {
    let resource: JSONElement
    let resourceType: String
    let id: String?
    let fullURL: String?
    let method: String?
}

/// Checks single entries of a Bundle.
enum EntryReader {
    /// The entry's resource and what is said about it.
    static func read(
        _ entry: JSONElement, kind: ImportUnit.Kind, at index: Int
    ) throws(ImportError) -> EntryDraft {
        func error(_ problem: ImportProblem, _ element: JSONElement? = nil) -> ImportError {
            ImportError(
                problem: problem, entry: index, offset: (element ?? entry).byteRange.lowerBound)
        }
        guard entry.kind == .object else { throw error(.notAnObject) }
        var fullURL: String?
        if let element = entry["fullUrl"] {
            guard let url = element.stringValue, !url.isEmpty else {
                throw error(.invalidFullURL, element)
            }
            fullURL = url
        }
        var request: (method: String, url: String, element: JSONElement)?
        if kind == .transaction || kind == .batch {
            guard let element = entry["request"], let method = element["method"]?.stringValue,
                let url = element["url"]?.stringValue
            else { throw error(.missingRequest, entry["request"]) }
            guard method == "POST" || method == "PUT" else {
                throw error(.unsupportedMethod, element["method"])
            }
            request = (method, url, element)
        }
        guard let resource = entry["resource"] else { throw error(.entryWithoutResource) }
        let draft = try draft(
            of: resource, fullURL: fullURL, method: request?.method, entry: index)
        if let request {
            try check(request.method, request.url, draft, request.element, index)
        }
        return draft
    }

    /// A resource that is checked to be one of FHIR R4 with a proper id.
    static func draft(
        of resource: JSONElement, fullURL: String?, method: String?, entry: Int?
    ) throws(ImportError) -> EntryDraft {
        let type = try resourceType(of: resource, entry: entry)
        func error(_ problem: ImportProblem, _ element: JSONElement) -> ImportError {
            ImportError(problem: problem, entry: entry, offset: element.byteRange.lowerBound)
        }
        guard type != "Bundle" else { throw error(.nestedBundle, resource) }
        var id: String?
        if let element = resource["id"] {
            guard let text = element.stringValue, ResourceType.isValidID(text) else {
                throw error(.invalidID, element)
            }
            id = text
        }
        return EntryDraft(
            resource: resource, resourceType: type, id: id, fullURL: fullURL, method: method)
    }

    /// The resource's type, which FHIR R4 must know.
    static func resourceType(
        of resource: JSONElement, entry: Int?
    ) throws(ImportError) -> String {
        func error(_ problem: ImportProblem, _ element: JSONElement) -> ImportError {
            ImportError(problem: problem, entry: entry, offset: element.byteRange.lowerBound)
        }
        guard resource.kind == .object else { throw error(.notAnObject, resource) }
        guard let element = resource["resourceType"] else {
            throw error(.missingResourceType, resource)
        }
        guard let type = element.stringValue else { throw error(.missingResourceType, element) }
        guard ResourceType.isKnown(type) else {
            // An error may repeat a misspelt type, but not whatever else stands there.
            let isName = type.utf8.count <= 64 && type.utf8.allSatisfy { ($0 | 0x20) &- 0x61 < 26 }
            throw error(.unknownResourceType(name: isName ? type : ""), element)
        }
        return type
    }

    /// `POST Type`, `PUT Type/id` or a conditional `PUT Type?search` must name the resource's type.
    private static func check(
        _ method: String, _ url: String, _ draft: EntryDraft, _ request: JSONElement, _ index: Int
    ) throws(ImportError) {
        let place = request["url"] ?? request
        func error(_ problem: ImportProblem) -> ImportError {
            ImportError(problem: problem, entry: index, offset: place.byteRange.lowerBound)
        }
        let path = url.prefix { $0 != "?" }
        let isSearch = path.utf8.count < url.utf8.count
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        if method == "POST" || isSearch {
            guard parts.count == 1, parts[0] == draft.resourceType else {
                throw error(.requestMismatch)
            }
            return
        }
        guard let id = draft.id else { throw error(.missingID) }
        guard parts.count == 2, parts[0] == draft.resourceType, parts[1] == id else {
            throw error(.requestMismatch)
        }
    }
}
