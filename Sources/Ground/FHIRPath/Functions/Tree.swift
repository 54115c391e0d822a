import Encoding
import FHIRDefinitions

/// Functions that go through resources (FHIRPath §Tree navigation; FHIR R4 §2.9.1).
extension PathEvaluator {
    mutating func tree(
        _ name: FunctionName, _ arguments: [Expression], _ input: [PathItem], _ frame: Frame
    ) throws(PathError) -> [PathItem] {
        switch name {
        case .children: return try children(input)
        case .descendants:
            var (all, next) = ([PathItem](), try children(input))
            while !next.isEmpty {
                all = try checked(all + next)
                next = try children(next)
            }
            return all
        case .extension:
            return try text(arguments, 0, name, frame).map { extensions(input, $0) } ?? []
        case .hasExtension:
            return try text(arguments, 0, name, frame)
                .map { [.boolean(!extensions(input, $0).isEmpty)] } ?? []
        case .htmlChecks:
            return try text(input, "htmlChecks()").map { [.boolean(Narrative.fault($0) == nil)] }
                ?? []
        case .hasValue:
            guard input.count == 1 else { return [.boolean(false)] }
            guard case .node(let node) = input[0] else { return [.boolean(true)] }
            return [.boolean(node.hasPrimitiveValue)]
        case .getValue:
            guard let item = try Self.single(input, "getValue()") else { return [] }
            guard case .node(let node) = item else { return [item] }
            return node.hasPrimitiveValue ? node.system.map { [$0] } ?? [] : []
        case .resolve: return try resolved(input)
        case .conformsTo: return try conformance(input, arguments, frame)
        case .memberOf: return try membership(input, arguments, frame)
        case .getResourceKey:
            return input.compactMap { item in
                guard case .node(let node) = item, let id = node.value["id"]?.stringValue else {
                    return nil
                }
                return .string(id)
            }
        default: return try referenceKeys(input, arguments)
        }
    }

    private func extensions(_ items: [PathItem], _ url: String) -> [PathItem] {
        items.flatMap { item -> [PathItem] in
            guard case .node(let node) = item,
                case .found(let extensions) = node.step(to: "extension", in: table)
            else { return [] }
            return extensions.filter { item in
                guard case .node(let node) = item else { return false }
                return node.value["url"]?.stringValue == url
            }
        }
    }

    private mutating func children(_ items: [PathItem]) throws(PathError) -> [PathItem] {
        var found: [PathItem] = []
        for item in items {
            try charge()
            guard case .node(let node) = item else { continue }
            found += node.children(in: table)
        }
        return try checked(found)
    }

    // MARK: References

    /// The text of a reference: of a Reference, or of a uri or canonical itself.
    private func referenceText(_ item: PathItem) -> String? {
        guard case .node(let node) = item, case .object = node.value else {
            return if case .string(let text)? = item.system { text } else { nil }
        }
        return node.value["reference"]?.stringValue
    }

    /// What references lead to; those that lead nowhere are left out.
    private mutating func resolved(_ items: [PathItem]) throws(PathError) -> [PathItem] {
        var found: [PathItem] = []
        for item in items {
            try charge(10)
            guard let text = referenceText(item) else { continue }
            if let resource = contained(text) ?? environment.resolve(text) {
                found.append(.node(PathNode(resource: resource)))
            }
        }
        return found
    }

    /// A resource inside of the one that the expression is about.
    private func contained(_ reference: String) -> JSONValue? {
        let roots = [environment.resource, environment.rootResource].compactMap { $0 }
        let context = context.compactMap { item -> PathNode? in
            if case .node(let node) = item { node } else { nil }
        }
        for root in roots + context {
            if reference == "#" { return root.value }
            guard reference.hasPrefix("#") else { break }
            let id = reference.dropFirst()
            let contained = root.value["contained"]?.elements ?? []
            if let found = contained.first(where: { $0["id"]?.stringValue == String(id) }) {
                return found
            }
        }
        return nil
    }

    /// The id that a reference ends in, when it leads to a resource of the type that is asked for.
    private func referenceKeys(
        _ items: [PathItem], _ arguments: [Expression]
    ) throws(PathError) -> [PathItem] {
        var wanted: String?
        if let argument = arguments.first {
            guard let type = argument.typeSpecifier else {
                throw .wrongType(place: "getReferenceKey()", expected: "the name of a type")
            }
            wanted = type.name
        }
        return items.compactMap { item in
            guard let text = referenceText(item) else { return nil }
            let path = text.split(separator: "/").prefix { $0 != "_history" }
            guard let id = path.last else { return nil }
            if let wanted, path.dropLast().last.map(String.init) != wanted { return nil }
            return .string(String(id))
        }
    }

    // MARK: Profiles

    /// Whether a resource follows a definition of the specification itself, which is that of its
    /// type or of one above it.
    ///
    /// Other profiles are known only where the environment knows them.
    private mutating func conformance(
        _ input: [PathItem], _ arguments: [Expression], _ frame: Frame
    ) throws(PathError) -> [PathItem] {
        guard let url = try text(arguments, 0, .conformsTo, frame),
            let item = try Self.single(input, "conformsTo()")
        else { return [] }
        guard let type = table.type(url: url) else {
            guard case .node(let node) = item, let conforms = environment.conformsTo(node, url)
            else { throw .unknownProfile(url) }
            return [.boolean(conforms)]
        }
        guard case .node(let node) = item else { return [.boolean(false)] }
        return [.boolean(table.isType(node.type, kindOf: type.name))]
    }

    // MARK: Value sets

    /// Whether a code, or one of the codings of a concept, belongs to a value set; nothing when it
    /// cannot be said.
    private mutating func membership(
        _ input: [PathItem], _ arguments: [Expression], _ frame: Frame
    ) throws(PathError) -> [PathItem] {
        guard let url = try text(arguments, 0, .memberOf, frame),
            let item = try Self.single(input, "memberOf()")
        else { return [] }
        guard let memberOf = environment.memberOf else { throw .unknownValueSet(url) }
        let answers = Self.codings(item).map { memberOf($0.code, $0.system, url) }
        if answers.contains(true) { return [.boolean(true)] }
        return answers.contains(nil) ? [] : [.boolean(false)]
    }

    private static func codings(_ item: PathItem) -> [(code: String, system: String?)] {
        guard case .node(let node) = item, case .object = node.value else {
            return item.text.map { [($0, nil)] } ?? []
        }
        let codings = node.value["coding"]?.elements ?? [node.value]
        return codings.compactMap { coding in
            coding["code"]?.stringValue.map { ($0, coding["system"]?.stringValue) }
        }
    }
}
