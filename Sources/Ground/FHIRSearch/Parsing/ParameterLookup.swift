import FHIRDefinitions

/// A search parameter of all types that are searched.
struct FoundParameter {
    let code: String
    let kind: SearchParameterDefinition.Kind
    /// Its key for each type; see ``IndexTerms``.
    let keys: [String]
    /// For references, the types that they lead to, ascending.
    let targets: [String]
    let components: [Component]

    /// A part of a composite.
    struct Component {
        let kind: SearchParameterDefinition.Kind
        let keys: [String]
        let targets: [String]
    }

    /// The kind of its terms; nil for composites and special ones.
    var termKind: TermKind? { Self.termKind(of: kind) }

    static func termKind(of kind: SearchParameterDefinition.Kind) -> TermKind? {
        switch kind {
        case .token, .uri: .token
        case .string: .text
        case .date: .date
        case .number, .quantity: .number
        case .reference: .reference
        case .composite, .special: nil
        }
    }
}

/// Finds parameters in the definitions.
struct ParameterLookup {
    let table: DefinitionTable

    /// Parameters that FHIR has and this server does not answer.
    private static let unsupported: Set<String> = [
        "_text", "_content", "_filter", "_query", "_list", "near",
    ]

    /// The parameter of all these types; of no types, only those that every resource has.
    func find(_ code: String, on types: [String]) throws(SearchError) -> FoundParameter {
        guard !Self.unsupported.contains(code) else { throw .unsupportedParameter(code) }
        var found: [(type: String, SearchParameterDefinition)] = []
        for base in ["Resource", "DomainResource"] where found.isEmpty {
            if let definition = table.searchParameter(code, on: base) {
                found.append(("Resource", definition))
            }
        }
        if found.isEmpty {
            guard !types.isEmpty else { throw .unknownParameter(code) }
            for type in types {
                guard let definition = table.searchParameter(code, on: type) else {
                    throw .unknownParameter(code)
                }
                found.append((type, definition))
            }
        }
        let first = found[0].1
        guard first.kind != .special, first.kind == .composite || first.expression != nil else {
            throw .unsupportedParameter(code)
        }
        guard found.allSatisfy({ $0.1.kind == first.kind }) else {
            throw .ambiguous(parameter: code)
        }
        return FoundParameter(
            code: code, kind: first.kind, keys: found.map { "\($0.type).\(code)" },
            targets: targets(of: found.map(\.1)), components: try components(found))
    }

    private func components(
        _ found: [(type: String, SearchParameterDefinition)]
    ) throws(SearchError) -> [FoundParameter.Component] {
        let first = found[0].1
        var components: [FoundParameter.Component] = []
        for (place, component) in first.components.enumerated() {
            guard let definition = table.searchParameter(url: component.definition) else {
                throw .unsupportedParameter(first.code)
            }
            guard found.allSatisfy({ $0.1.components == first.components }) || found.count == 1
            else { throw .ambiguous(parameter: first.code) }
            components.append(
                .init(
                    kind: definition.kind,
                    keys: found.map { "\($0.type).\(first.code)$\(place + 1)" },
                    targets: targets(of: [definition])))
        }
        return components
    }

    private func targets(of definitions: [SearchParameterDefinition]) -> [String] {
        guard definitions[0].kind == .reference else { return [] }
        let named = Set(definitions.flatMap(\.targets))
        let isAny = named.isEmpty || !named.isDisjoint(with: ["Resource", "Any"])
        return isAny ? resourceTypes : named.sorted()
    }

    /// All types of resources, ascending.
    var resourceTypes: [String] {
        table.types.filter { $0.kind == .resource && !$0.isAbstract }.map(\.name).sorted()
    }

    /// Whether a resource can have this type.
    func isResourceType(_ name: String) -> Bool {
        guard let type = table.type(name) else { return false }
        return type.kind == .resource && !type.isAbstract
    }
}
