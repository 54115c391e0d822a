import Encoding
import FHIRModel

/// Replaces references of a Bundle by what they became on the server (FHIR R4 §3.1.0.11.2).
struct ReferenceRewriting {
    /// What a `fullUrl`, or a reference relative to it, became: `Type/id`.
    let targets: [String: String]

    /// The resource with every `reference`, and every other text that is a `urn:` of the Bundle,
    /// replaced.
    func apply(to value: JSONValue) -> JSONValue { rewrite(value, key: "") }

    private func rewrite(_ value: JSONValue, key: String) -> JSONValue {
        switch value {
        case .object(let members):
            return .object(members.map { JSONMember($0.key, rewrite($0.value, key: $0.key)) })
        case .array(let elements):
            return .array(elements.map { rewrite($0, key: key) })
        case .string(let text):
            guard key == "reference" || text.hasPrefix("urn:") else { return value }
            return targets[text].map { .string($0) } ?? value
        default: return value
        }
    }

    /// Texts of references of the form `Type?query`, each once, in order.
    static func conditional(in value: JSONValue) -> [String] {
        var found: [String] = []
        func visit(_ value: JSONValue, _ key: String) {
            switch value {
            case .object(let members): for member in members { visit(member.value, member.key) }
            case .array(let elements): for element in elements { visit(element, key) }
            case .string(let text):
                if key == "reference", text.contains("?"),
                    case .conditional = ReferenceText(text).form, !found.contains(text)
                {
                    found.append(text)
                }
            default: break
            }
        }
        visit(value, "")
        return found
    }
}
