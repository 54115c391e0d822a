import Encoding

/// One code of a code system, as `Coding` and `Identifier` carry it.
struct Coding {
    let system: String?
    let code: String
}

extension JSONElement {
    /// The codings of a CodeableConcept, or of each in an array of them.
    func codings(_ name: String) -> [Coding] {
        guard let concept = self[name] else { return [] }
        let concepts = concept.kind == .array ? Array(concept.elements) : [concept]
        return concepts.flatMap { $0.codingList("coding") }
    }

    /// The members of an array of Coding.
    func codingList(_ name: String) -> [Coding] {
        guard let list = self[name] else { return [] }
        return list.elements.compactMap { coding in
            guard let code = coding["code"]?.stringValue else { return nil }
            return Coding(system: coding["system"]?.stringValue, code: code)
        }
    }

    /// The values at a path of member names, with arrays taken apart on the way.
    func values(at path: String) -> [JSONElement] {
        path.split(separator: ".").reduce([self]) { found, name in
            found.flatMap { element -> [JSONElement] in
                guard let value = element[String(name)] else { return [] }
                return value.kind == .array ? Array(value.elements) : [value]
            }
        }
    }
}
