import Encoding
import FHIRDefinitions

/// Turns values of FHIR's types into terms.
struct TermEmitter: Sendable {
    let base: String
    let table: DefinitionTable

    /// Appends the terms that a value of a type has for a parameter.
    func emit(
        _ value: JSONValue, _ type: String, _ system: String?, _ parameter: ExtractedParameter,
        part: Int, into terms: inout [IndexTerm]
    ) {
        if type == "Extension" {
            emitExtension(value, parameter, part: part, into: &terms)
            return
        }
        func add(_ term: TermValue?) {
            if let term { terms.append(IndexTerm(parameter.key, part: part, term)) }
        }
        switch parameter.kind {
        case .token: emitToken(value, type, system, parameter, part: part, into: &terms)
        case .string: for text in texts(value, type) { add(Self.text(text)) }
        case .date: add(date(value, type))
        case .number: for number in numbers(value, type, hasUnits: false) { add(number) }
        case .quantity: for number in numbers(value, type, hasUnits: true) { add(number) }
        case .reference:
            add(reference(value, type))
            if let key = parameter.identifierKey, let identifier = value["identifier"],
                let term = Self.token(identifier["system"], identifier["value"])
            {
                terms.append(IndexTerm(key, part: part, term))
            }
        case .uri:
            guard let text = value.stringValue else { return }
            add(Self.token(nil, text))
            if type == "canonical", let (url, _) = SearchText.cut(text, at: "|") {
                add(Self.token(nil, url))
            }
        case .composite, .special: break
        }
    }

    private func emitExtension(
        _ value: JSONValue, _ parameter: ExtractedParameter, part: Int,
        into terms: inout [IndexTerm]
    ) {
        for member in value.members {
            guard member.key.hasPrefix("value"),
                let definition = table.container("Extension")?.member(jsonName: member.key)
            else { continue }
            emit(member.value, definition.type, nil, parameter, part: part, into: &terms)
        }
    }

    // MARK: Tokens

    private func emitToken(
        _ value: JSONValue, _ type: String, _ system: String?, _ parameter: ExtractedParameter,
        part: Int, into terms: inout [IndexTerm]
    ) {
        func add(_ term: TermValue?, _ key: String? = parameter.key) {
            if let term, let key { terms.append(IndexTerm(key, part: part, term)) }
        }
        func addText(_ text: JSONValue?) {
            if let text = text?.stringValue { add(Self.text(text), parameter.textKey) }
        }
        switch type {
        case "Coding":
            add(Self.token(value["system"], value["code"]))
            addText(value["display"])
        case "CodeableConcept":
            for coding in value["coding"]?.elements ?? [] {
                add(Self.token(coding["system"], coding["code"]))
                addText(coding["display"])
            }
            addText(value["text"])
        case "Identifier":
            add(Self.token(value["system"], value["value"]))
            guard let kind = value["type"] else { return }
            addText(kind["text"])
            guard let text = value["value"]?.stringValue else { return }
            for coding in kind["coding"]?.elements ?? [] {
                guard let code = coding["code"]?.stringValue else { continue }
                add(
                    Self.token(coding["system"]?.stringValue, "\(code)|\(text)"),
                    parameter.typedKey)
            }
        case "ContactPoint": add(Self.token(nil, value["value"]))
        default: add(Self.token(system, Self.text(of: value)))
        }
    }

    private static func token(_ system: JSONValue?, _ code: JSONValue?) -> TermValue? {
        token(system?.stringValue, code?.stringValue)
    }

    private static func token(_ system: String?, _ code: String?) -> TermValue? {
        guard let code, !code.isEmpty, code.utf8.count <= SearchLimits.termBytes,
            (system?.utf8.count ?? 0) <= SearchLimits.termBytes
        else { return nil }
        return .token(system: system?.isEmpty == true ? nil : system, code: code)
    }

    private static func text(of value: JSONValue) -> String? {
        switch value {
        case .string(let text), .number(let text): text
        case .bool(let value): value ? "true" : "false"
        default: nil
        }
    }

    // MARK: Texts

    private static func text(_ text: String) -> TermValue? {
        let folded = TextFolding.folded(text)
        guard !text.isEmpty else { return nil }
        let exact =
            text.utf8.count <= SearchLimits.termBytes
            ? text : TextFolding.cut(text, to: SearchLimits.termBytes) + cutMark
        return .text(folded: folded, exact: exact)
    }

    /// What a text that was cut ends with: it makes it longer than any text that is asked for.
    private static let cutMark = "……"

    private func texts(_ value: JSONValue, _ type: String) -> [String] {
        func of(_ names: [String]) -> [String] {
            names.flatMap { name -> [String] in
                switch value[name] {
                case .string(let text): [text]
                case .array(let elements): elements.compactMap(\.stringValue)
                default: []
                }
            }
        }
        switch type {
        case "HumanName":
            let names = of(["text", "family", "given", "prefix", "suffix"])
            return names + fullChineseName(value)
        case "Address":
            return of([
                "text", "line", "city", "district", "state", "postalCode", "country",
            ])
        case "CodeableConcept":
            let codings = value["coding"]?.elements ?? []
            return of(["text"]) + codings.compactMap { $0["display"]?.stringValue }
        default: return value.stringValue.map { [$0] } ?? []
        }
    }

    /// Family and given name without a space, as a Chinese name is written and asked for.
    private func fullChineseName(_ value: JSONValue) -> [String] {
        guard let family = value["family"]?.stringValue,
            family.unicodeScalars.contains(where: { $0.properties.isIdeographic })
        else { return [] }
        let given = value["given"]?.elements.compactMap(\.stringValue) ?? []
        return given.isEmpty ? [] : [family + given.joined()]
    }
}
