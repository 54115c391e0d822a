import Encoding
package import FHIRDefinitions

extension PathNode {
    /// What is found under a name.
    enum Step {
        case found([PathItem])
        /// The definitions know no such element here.
        case unknown
        /// The JSON name of one type of a choice, which FHIRPath does not use.
        case choiceName
    }

    /// The elements of a name, in their order; a choice is found under its name without a type.
    func step(to name: String, in table: DefinitionTable) -> Step {
        if case .object = value {} else { return stepOfPrimitive(to: name, in: table) }
        guard let container = table.container(contentPath) else { return .unknown }
        let candidates = container.member(named: name)
        if candidates.count > 1 || candidates.first?.element.isChoice == true {
            return .found(choice(name, container, table))
        }
        guard let member = candidates.first else {
            return container.member(jsonName: name) == nil ? .unknown : .choiceName
        }
        return .found(items(of: member, table))
    }

    private func stepOfPrimitive(to name: String, in table: DefinitionTable) -> Step {
        switch name {
        case "id", "extension":
            guard let shadow else { return .found([]) }
            return shadowNode(shadow).step(to: name, in: table)
        case "value": return .found(hasPrimitiveValue ? system.map { [$0] } ?? [] : [])
        default: return .unknown
        }
    }

    private func shadowNode(_ shadow: JSONValue) -> PathNode {
        PathNode(value: shadow, type: "Element", contentPath: "Element", place: place?.shadow)
    }

    private func choice(
        _ name: String, _ container: ElementContainer, _ table: DefinitionTable
    ) -> [PathItem] {
        var found: [PathItem] = []
        var seen: Set<String> = []
        for member in value.members {
            let key = member.key.hasPrefix("_") ? String(member.key.dropFirst()) : member.key
            guard key.hasPrefix(name), seen.insert(key).inserted,
                let definition = container.member(jsonName: key),
                definition.element.name == name
            else { continue }
            found += items(of: definition, table)
        }
        return found
    }

    /// All elements inside, in the order of the JSON.
    func children(in table: DefinitionTable) -> [PathItem] {
        guard case .object = value else {
            guard let shadow else { return [] }
            return shadowNode(shadow).children(in: table)
        }
        guard let container = table.container(contentPath) else { return [] }
        var found: [PathItem] = []
        for member in value.members {
            if let definition = container.member(jsonName: member.key) {
                found += items(of: definition, table)
            } else if member.key.hasPrefix("_"), value[String(member.key.dropFirst())] == nil,
                let definition = container.member(jsonName: String(member.key.dropFirst()))
            {
                found += items(of: definition, table)
            }
        }
        return found
    }

    private func items(of member: ElementMember, _ table: DefinitionTable) -> [PathItem] {
        let (main, shadow) = (value[member.jsonName], value["_" + member.jsonName])
        guard main != nil || shadow != nil else { return [] }
        let reference = member.element.contentReference
        let type = reference.map { table.contentType(of: $0) } ?? member.type
        let path = table.contentPath(of: member)
        func item(_ value: JSONValue, _ shadow: JSONValue?, _ index: Int?) -> PathItem? {
            if value.isNull, shadow?.isNull ?? true { return nil }
            let place = place?.child(member.jsonName, index)
            if type == "Resource" { return .node(PathNode(resource: value, place: place)) }
            return .node(
                PathNode(
                    value: value, shadow: shadow, type: type, contentPath: path, place: place))
        }
        guard case .array(let values)? = main ?? shadow else {
            return item(main ?? .null, shadow, nil).map { [$0] } ?? []
        }
        let shadows = shadow?.elements ?? []
        let count = main == nil ? shadows.count : max(values.count, shadows.count)
        return (0..<count).compactMap { index in
            let value = main == nil || index >= values.count ? JSONValue.null : values[index]
            return item(value, index < shadows.count ? shadows[index] : nil, index)
        }
    }
}

extension PathNode {
    /// The elements of a name, in their order, and whether JSON writes them as a list.
    package func elements(
        named name: String, in table: DefinitionTable
    ) -> (nodes: [PathNode], isList: Bool) {
        guard case .found(let items) = step(to: name, in: table) else { return ([], false) }
        let nodes = items.compactMap { item in
            if case .node(let node) = item { node } else { nil }
        }
        let member = table.container(contentPath)?.member(named: name).first
        return (nodes, member?.element.isRepeating ?? (name == "extension"))
    }
}
