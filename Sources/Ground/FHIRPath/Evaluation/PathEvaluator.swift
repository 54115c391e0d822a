import Encoding
import FHIRDefinitions

/// One evaluation: what it was given, and what work it may still do.
struct PathEvaluator {
    /// Where an expression stands while it is evaluated.
    struct Frame {
        /// The items that paths start from, and `$this`.
        var focus: [PathItem]
        /// `$index`, inside of functions that go from item to item.
        var index: Int?
        /// `$total`, inside of `aggregate`.
        var total: [PathItem]?

        func on(_ item: PathItem, at index: Int) -> Frame {
            Frame(focus: [item], index: index, total: total)
        }
    }

    let environment: PathEnvironment
    let context: [PathItem]
    private var stepsLeft: Int

    init(_ environment: PathEnvironment, context: [PathItem]) {
        (self.environment, self.context) = (environment, context)
        stepsLeft = environment.limits.steps
    }

    var table: DefinitionTable { environment.table }

    // MARK: Limits

    /// Counts work.
    mutating func charge(_ steps: Int = 1) throws(PathError) {
        stepsLeft -= steps
        guard stepsLeft >= 0 else { throw .limit(.steps) }
    }

    /// Counts a collection as work, and refuses one that is too large.
    mutating func checked(_ items: [PathItem]) throws(PathError) -> [PathItem] {
        guard items.count <= environment.limits.itemCount else { throw .limit(.itemCount) }
        try charge(items.count)
        return items
    }

    // MARK: Forms

    mutating func evaluate(
        _ expression: Expression, _ frame: Frame
    ) throws(PathError) -> [PathItem] {
        try charge()
        switch expression.form {
        case .empty: return []
        case .literal(let item): return [item]
        case .external(let name): return try variable(name)
        case .this: return frame.focus
        case .index: return frame.index.map { [.integer(Int64($0))] } ?? []
        case .total: return frame.total ?? []
        case .member(nil, let name): return try firstStep(name, frame)
        case .member(let base?, let name):
            return try step(name, from: try evaluate(base, frame))
        case .call(let base, let function, let arguments):
            let input = try base.map { base throws(PathError) in try evaluate(base, frame) }
            return try checked(
                try call(function, arguments, on: input ?? frame.focus, frame))
        case .item(let base, let index):
            let items = try evaluate(base, frame)
            guard let place = try integer(try evaluate(index, frame), "The index") else {
                return []
            }
            return items.indices.contains(place) ? [items[place]] : []
        case .sign(let isNegative, let operand):
            return try signed(try evaluate(operand, frame), isNegative)
        case .binary(let operation, let left, let right):
            return try binary(operation, left, right, frame)
        case .typed(let operand, let type, let isCast):
            let items = try evaluate(operand, frame)
            return isCast ? try cast(items, to: type, "as") : try test(items, is: type)
        }
    }

    // MARK: Paths

    /// A path may start with the type of the resource that it starts from.
    private mutating func firstStep(
        _ name: String, _ frame: Frame
    ) throws(PathError) -> [PathItem] {
        var (found, others): ([PathItem], [PathItem]) = ([], [])
        for item in frame.focus {
            if case .node(let node) = item, node.value["resourceType"] != nil,
                table.isType(node.type, kindOf: name)
            {
                found.append(item)
            } else {
                others.append(item)
            }
        }
        if found.isEmpty { return try step(name, from: frame.focus) }
        return others.isEmpty ? found : found + (try step(name, from: others))
    }

    mutating func step(_ name: String, from items: [PathItem]) throws(PathError) -> [PathItem] {
        var found: [PathItem] = []
        var isKnown = items.isEmpty
        for item in items {
            try charge()
            switch item {
            case .node(let node):
                switch node.step(to: name, in: table) {
                case .found(let items):
                    found += items
                    isKnown = true
                case .choiceName: throw .unknownElement(name)
                case .unknown: break
                }
            case .type(let type) where name == "name":
                found.append(.string(type.name))
                isKnown = true
            case .type(let type) where name == "namespace":
                found.append(.string(type.namespace))
                isKnown = true
            case .quantity(let quantity) where name == "value":
                found.append(.decimal(quantity.value))
                isKnown = true
            case .quantity(let quantity) where name == "unit" || name == "code":
                found.append(.string(quantity.unit))
                isKnown = true
            default: break
            }
        }
        guard isKnown || !environment.isStrict else { throw .unknownElement(name) }
        return try checked(found)
    }

    // MARK: Variables

    private func variable(_ name: String) throws(PathError) -> [PathItem] {
        if let value = environment.variables[name] { return value }
        switch name {
        case "context": return context
        case "resource": return environment.resource.map { [.node($0)] } ?? context
        case "rootResource":
            return (environment.rootResource ?? environment.resource).map { [.node($0)] }
                ?? context
        case "sct": return [.string("http://snomed.info/sct")]
        case "loinc": return [.string("http://loinc.org")]
        case "ucum": return [.string("http://unitsofmeasure.org")]
        default: break
        }
        for (prefix, folder) in [("vs-", "ValueSet"), ("ext-", "StructureDefinition")]
        where name.hasPrefix(prefix) {
            return [.string("http://hl7.org/fhir/\(folder)/\(name.dropFirst(prefix.count))")]
        }
        throw .unknownVariable(name)
    }
}
