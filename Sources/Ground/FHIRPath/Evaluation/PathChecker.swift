import FHIRDefinitions

/// Infers which types a path can lead to, and refuses elements that none of them has.
struct PathChecker {
    /// A type of FHIR with the place of its elements.
    struct Place: Hashable {
        let type: String
        let path: String
    }

    /// What is known about the items of an expression.
    enum Knowledge {
        case known([Place], isOrdered: Bool = true)
        case unknown(isOrdered: Bool = true)

        var isOrdered: Bool {
            switch self {
            case .known(_, let isOrdered), .unknown(let isOrdered): isOrdered
            }
        }
    }

    let table: DefinitionTable
    let root: String
    let refusesUnordered: Bool

    func infer(
        _ expression: Expression, from focus: Knowledge
    ) throws(PathError) -> Knowledge {
        switch expression.form {
        case .empty, .literal, .external, .index, .total: return .unknown()
        case .this: return focus
        case .member(let base, let name):
            if base == nil, case .known(let places, _) = focus,
                let place = places.first(where: { table.isType($0.type, kindOf: name) }),
                table.type(place.type)?.kind == .resource
            {
                return .known([place])
            }
            let source = try base.map { base throws(PathError) in try infer(base, from: focus) }
            return try step(name, from: source ?? focus)
        case .item(let base, let index):
            _ = try infer(index, from: focus)
            let items = try infer(base, from: focus)
            try requireOrder(items, "[ ]")
            return items
        case .sign(_, let operand):
            _ = try infer(operand, from: focus)
            return .unknown()
        case .binary(let operation, let left, let right):
            let (first, second) = (try infer(left, from: focus), try infer(right, from: focus))
            guard operation == .union, case .known(let left, _) = first,
                case .known(let right, _) = second
            else { return .unknown(isOrdered: operation != .union) }
            return .known(left + right, isOrdered: false)
        case .typed(let operand, let type, let isCast):
            let items = try infer(operand, from: focus)
            return isCast ? cast(items, to: type) : .unknown()
        case .call(let base, let function, let arguments):
            let source = try base.map { base throws(PathError) in try infer(base, from: focus) }
            return try call(function, arguments, on: source ?? focus, from: focus)
        }
    }

    private func step(_ name: String, from source: Knowledge) throws(PathError) -> Knowledge {
        guard case .known(let places, let isOrdered) = source, !places.isEmpty else {
            return .unknown(isOrdered: source.isOrdered)
        }
        var found: [Place] = []
        var mayBe = false
        for place in places {
            guard table.type(place.type)?.kind != .primitive,
                let container = table.container(place.path)
            else {
                mayBe = true
                continue
            }
            let members = container.member(named: name)
            // What a resource of any type has below is not known before there is one.
            if table.type(place.type)?.isAbstract == true, members.isEmpty { mayBe = true }
            found += members.map { member in
                let type = member.element.contentReference.map { table.contentType(of: $0) }
                return Place(type: type ?? member.type, path: table.contentPath(of: member))
            }
        }
        if found.isEmpty, mayBe { return .unknown(isOrdered: isOrdered) }
        guard !found.isEmpty else { throw .unknownElement(name) }
        return .known(found, isOrdered: isOrdered)
    }

    private func cast(_ items: Knowledge, to type: TypeSpecifier) -> Knowledge {
        guard type.namespace != "System", table.type(type.name) != nil else {
            return .unknown(isOrdered: items.isOrdered)
        }
        return .known([Place(type: type.name, path: type.name)], isOrdered: items.isOrdered)
    }

    private func requireOrder(_ items: Knowledge, _ function: String) throws(PathError) {
        guard !refusesUnordered || items.isOrdered else { throw .unordered(function: function) }
    }

    private func call(
        _ function: FunctionName, _ arguments: [Expression], on source: Knowledge,
        from focus: Knowledge
    ) throws(PathError) -> Knowledge {
        switch function {
        case .ofType, .as, .is:
            guard let type = arguments.first?.typeSpecifier, function != .is else {
                return .unknown()
            }
            return cast(source, to: type)
        case .where:
            _ = try infer(arguments[0], from: source)
            return source
        case .select: return try infer(arguments[0], from: source)
        case .exists, .all, .sort:
            for argument in arguments { _ = try infer(argument, from: source) }
            return function == .sort ? source : .unknown()
        case .first, .last, .tail:
            try requireOrder(source, "\(function.rawValue)()")
            return source
        case .skip, .take:
            _ = try infer(arguments[0], from: focus)
            try requireOrder(source, "\(function.rawValue)()")
            return source
        case .single, .trace, .distinct: return source
        case .children, .descendants: return .unknown(isOrdered: false)
        case .extension: return .known([Place(type: "Extension", path: "Extension")])
        // The items that the arguments start from are not known before the evaluation.
        case .repeat, .aggregate, .iif: return .unknown()
        default:
            for argument in arguments { _ = try infer(argument, from: focus) }
            return .unknown(isOrdered: source.isOrdered)
        }
    }
}
