package import Encoding

/// Takes a FHIR R4 document apart into its resources, without changing a byte.
///
/// Accepted are single resources and Bundles of every type that carries resources. Documents,
/// search results, histories and messages are taken as collections: their resources are kept, and
/// what their type means stays in the manifest.
package enum BundleSplitter {
    /// Splits a document.
    ///
    /// - Parameters:
    ///   - bytes: The document's bytes.
    ///   - limits: What the JSON parser allows.
    /// - Returns: The resources and the manifest.
    /// - Throws: ``ImportError`` at the first problem.
    package static func split(
        _ bytes: [UInt8], limits: JSONLimits = .standard
    ) throws(ImportError) -> ImportUnit {
        try split(parse(bytes, limits))
    }

    /// A document as one resource, whatever is inside of it.
    ///
    /// For archives: a Bundle of requests or of responses has no resources to take apart, and is
    /// kept as it is.
    package static func whole(
        _ bytes: [UInt8], limits: JSONLimits = .standard
    ) throws(ImportError) -> ImportUnit {
        let document = try parse(bytes, limits)
        let type = try EntryReader.resourceType(of: document.root, entry: nil)
        let draft = EntryDraft(
            resource: document.root, resourceType: type, id: nil, fullURL: nil, method: nil)
        let entries = [try EntryDirectory([draft]).entry(from: draft, at: nil)]
        return ImportUnit(
            document: document, kind: .resource, entries: entries,
            manifest: ImportManifest(cutting: entries.map(\.byteRange), from: document.bytes))
    }

    private static func parse(
        _ bytes: [UInt8], _ limits: JSONLimits
    ) throws(ImportError) -> JSONDocument {
        do {
            return try JSONDocument(parsing: bytes, limits: limits)
        } catch {
            throw ImportError(problem: .json(error), entry: nil, offset: error.offset)
        }
    }

    /// Splits a document that is parsed already.
    package static func split(_ document: JSONDocument) throws(ImportError) -> ImportUnit {
        let root = document.root
        let type = try EntryReader.resourceType(of: root, entry: nil)
        let kind: ImportUnit.Kind
        let drafts: [EntryDraft]
        if type == "Bundle" {
            guard let named = root["type"]?.stringValue.flatMap(ImportUnit.Kind.init(rawValue:)),
                named != .resource
            else { throw error(.unsupportedBundleType, root["type"] ?? root) }
            kind = named
            drafts = try readEntries(of: root, kind: kind)
        } else {
            kind = .resource
            drafts = [try EntryReader.draft(of: root, fullURL: nil, method: nil, entry: nil)]
        }
        let directory = EntryDirectory(drafts)
        var entries: [ImportEntry] = []
        entries.reserveCapacity(drafts.count)
        for (index, draft) in drafts.enumerated() {
            entries.append(try directory.entry(from: draft, at: kind == .resource ? nil : index))
        }
        return ImportUnit(
            document: document, kind: kind, entries: entries,
            manifest: ImportManifest(cutting: entries.map(\.byteRange), from: document.bytes))
    }

    private static func readEntries(
        of bundle: JSONElement, kind: ImportUnit.Kind
    ) throws(ImportError) -> [EntryDraft] {
        guard let list = bundle["entry"], list.kind == .array, list.count > 0 else {
            throw error(.noEntries, bundle["entry"] ?? bundle)
        }
        var drafts: [EntryDraft] = []
        var firstByURL: [String: Int] = [:]
        for (index, entry) in list.elements.enumerated() {
            let draft = try EntryReader.read(entry, kind: kind, at: index)
            // A history lists the versions of a resource under one fullUrl (bdl-7).
            if let url = draft.fullURL, kind != .history {
                if let first = firstByURL.updateValue(index, forKey: url) {
                    throw error(.duplicateFullURL(first: first), entry["fullUrl"] ?? entry, index)
                }
            }
            drafts.append(draft)
        }
        return drafts
    }

    private static func error(
        _ problem: ImportProblem, _ element: JSONElement, _ entry: Int? = nil
    ) -> ImportError {
        ImportError(problem: problem, entry: entry, offset: element.byteRange.lowerBound)
    }
}
