import Encoding
import FHIRDefinitions

/// Which part of a resource is shown: `_summary` and `_elements` (FHIR R4 §3.1.1.5.8).
///
/// What is shown in part carries the tag SUBSETTED, so that nobody writes it back.
struct Presentation: Hashable, Sendable {
    enum Part: Hashable, Sendable {
        case whole
        /// The elements that the definitions mark as summary.
        case summary
        /// `text`, `id`, `meta` and what is mandatory at the top.
        case text
        /// All but `text`.
        case data
        /// Named elements, and what is mandatory at the top.
        case elements(Set<String>)
    }

    /// The tag of what is shown in part.
    static let subsetted: JSONValue = [
        "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
        "code": "SUBSETTED",
    ]

    let part: Part

    /// Reads `_summary` and `_elements` of a read.
    init(_ request: FHIRRequest, type: String?) throws(FHIRError) {
        if let text = request.parameter("_elements") {
            let names = text.split(separator: ",").map { name in
                // `Patient.name` names an element of one type.
                let parts = name.split(separator: ".", maxSplits: 1)
                return String(
                    parts.count == 2 && parts[0].first?.isUppercase == true
                        ? parts[1] : name)
            }
            part = .elements(Set(names))
            return
        }
        switch request.parameter("_summary") {
        case nil, "false", "count": part = .whole
        case "true": part = .summary
        case "text": part = .text
        case "data": part = .data
        default:
            throw .invalid(
                "_summary must be true, text, data, count or false.",
                "_summary 必须是 true、text、data、count 或 false。")
        }
    }

    init(part: Part) { self.part = part }

    /// The part of a resource.
    func apply(to resource: JSONValue, _ table: DefinitionTable) -> JSONValue {
        guard part != .whole, let type = resource["resourceType"]?.stringValue else {
            return resource
        }
        var members = resource.members.filter { member in
            let name = member.key.first == "_" ? String(member.key.dropFirst()) : member.key
            if ["resourceType", "id", "meta"].contains(name) { return true }
            switch part {
            case .whole: return true
            case .data: return name != "text"
            case .text: return name == "text" || isMandatory(name, type, table)
            case .elements(let names):
                let element = table.container(type)?.member(jsonName: name)?.element
                return names.contains(name) || isMandatory(name, type, table)
                    || element.map { names.contains(plain($0.name)) } ?? false
            case .summary:
                return table.container(type)?.member(jsonName: name)?.element.isSummary ?? false
            }
        }
        if case .summary = part {
            members = members.map { member in
                JSONMember(
                    member.key, trimmed(member.value, below: type + "." + member.key, table))
            }
        }
        var result = JSONValue.object(members)
        var meta = result["meta"] ?? .object([])
        meta["tag"] = .array((meta["tag"]?.elements ?? []) + [Self.subsetted])
        result["meta"] = meta
        return result
    }

    /// Elements of a backbone element that are no part of the summary are left out too.
    private func trimmed(
        _ value: JSONValue, below path: String, _ table: DefinitionTable
    ) -> JSONValue {
        guard let container = table.container(path) else { return value }
        switch value {
        case .array(let elements):
            return .array(elements.map { trimmed($0, below: path, table) })
        case .object(let members):
            return .object(
                members.filter { member in
                    let name = member.key.first == "_" ? String(member.key.dropFirst()) : member.key
                    return name == "id"
                        || container.member(jsonName: name)?.element.isSummary ?? false
                }.map { JSONMember($0.key, trimmed($0.value, below: path + "." + $0.key, table)) })
        default: return value
        }
    }

    private func isMandatory(_ name: String, _ type: String, _ table: DefinitionTable) -> Bool {
        (table.container(type)?.member(jsonName: name)?.element.minimum ?? 0) > 0
    }

    private func plain(_ name: String) -> String {
        name.hasSuffix("[x]") ? String(name.dropLast(3)) : name
    }
}
