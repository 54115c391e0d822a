package import Encoding

/// Why a document cannot be imported, and where.
package struct ImportError: Error, Hashable, Sendable {
    package let problem: ImportProblem
    /// The index in `Bundle.entry`; nil when the problem is not in one entry.
    package let entry: Int?
    /// The byte of the document at which the problem starts.
    package let offset: Int
}

/// What is wrong with a document; all are mistakes of its sender.
package enum ImportProblem: Hashable, Sendable {
    /// The bytes are not acceptable JSON.
    case json(JSONError)
    /// The document, an entry or a resource is not a JSON object.
    case notAnObject
    /// `resourceType` is missing or no string.
    case missingResourceType
    /// FHIR R4 has no such type; `name` is empty when it does not even look like one.
    case unknownResourceType(name: String)
    /// `Bundle.type` is missing, or a kind that carries no resources to import.
    case unsupportedBundleType
    /// `Bundle.entry` is missing, no array, or empty.
    case noEntries
    case entryWithoutResource
    /// A Bundle inside of a Bundle.
    case nestedBundle
    /// A transaction's or batch's entry has no `request` with `method` and `url`.
    case missingRequest
    /// Only POST and PUT bring resources.
    case unsupportedMethod
    /// `request.url` names another type or id than the resource.
    case requestMismatch
    /// `fullUrl` is no string or empty.
    case invalidFullURL
    /// The same `fullUrl` as an earlier entry's.
    case duplicateFullURL(first: Int)
    /// `id` is not 1 to 64 of `A–Z a–z 0–9 - .`.
    case invalidID
    /// A PUT needs a resource with an id.
    case missingID
    /// `reference` is no string or empty.
    case invalidReference
}
