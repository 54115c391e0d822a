import Encoding

/// The resources of a Bundle by what references call them.
struct BundleDirectory: Sendable {
    private let resources: [String: JSONValue]
    let kind: String?

    init(_ bundle: JSONValue) {
        kind = bundle["type"]?.stringValue
        var resources: [String: JSONValue] = [:]
        for entry in bundle["entry"]?.elements ?? [] {
            guard let resource = entry["resource"] else { continue }
            if let url = entry["fullUrl"]?.stringValue { resources[url] = resource }
            if let type = resource["resourceType"]?.stringValue,
                let id = resource["id"]?.stringValue
            {
                resources["\(type)/\(id)"] = resource
            }
        }
        self.resources = resources
    }

    func resource(_ reference: String) -> JSONValue? { resources[reference] }

    /// True when a `urn:uuid` must be that of an entry, as there is nothing else it could mean.
    var isClosed: Bool { kind == "document" || kind == "transaction" || kind == "message" }
}

extension Validation {
    /// Checks the fullUrls of a Bundle (FHIR R4 §2.36.4).
    mutating func entries(of bundle: JSONValue, at path: String) {
        var seen: Set<[String]> = []
        for (index, entry) in (bundle["entry"]?.elements ?? []).enumerated() {
            let place = "\(path).entry[\(index)].fullUrl"
            guard let url = entry["fullUrl"]?.stringValue else { continue }
            let version = entry["resource"]?["meta"]?["versionId"]?.stringValue ?? ""
            if bundle["type"]?.stringValue != "history", !seen.insert([url, version]).inserted {
                report(.sameFullURL, at: place)
            }
            guard url.contains(":") else {
                report(.relativeFullURL, at: place)
                continue
            }
            guard url.hasPrefix("http"), let end = ReferenceForm.end(of: url, in: table),
                let resource = entry["resource"], let id = resource["id"]?.stringValue
            else { continue }
            if id != end.id || resource["resourceType"]?.stringValue != end.type {
                report(.fullURLWithoutID, at: place)
            }
        }
    }
}
