package import FHIRDefinitions

/// What is known, without a value, about the type of the items that an expression finds.
package struct PathTypes: Hashable, Sendable {
    /// How much is known.
    private enum Form: Hashable, Sendable {
        case unknown
        /// A type of FHIR whose values have no parts that matter, such as `boolean`.
        case primitive(String)
        case places(Set<PathChecker.Place>)
    }

    private let form: Form

    private init(_ form: Form) { self.form = form }

    /// Nothing is known.
    package static let unknown = PathTypes(.unknown)

    /// Resources of one type.
    package static func resource(_ type: String) -> PathTypes {
        PathTypes(.places([PathChecker.Place(type: type, path: type)]))
    }

    /// Values of one primitive type of FHIR.
    package static func primitive(_ type: String) -> PathTypes { PathTypes(.primitive(type)) }

    /// Values of the type of one that is at hand, named as FHIR does.
    package static func value(_ item: PathItem) -> PathTypes {
        let name = item.typeName.name
        return .primitive(name.prefix(1).lowercased() + name.dropFirst())
    }

    /// Whatever two expressions find.
    package func union(_ other: PathTypes) -> PathTypes {
        switch (form, other.form) {
        case (.places(let left), .places(let right)): PathTypes(.places(left.union(right)))
        case (.primitive(let left), .primitive(let right)) where left == right: self
        default: .unknown
        }
    }

    /// The one type of FHIR that all items have; nil when it is not known or there are several.
    package var only: String? {
        switch form {
        case .unknown: nil
        case .primitive(let type): type
        case .places(let places):
            Set(places.map(\.type)).count == 1 ? places.first?.type : nil
        }
    }

    fileprivate init(_ knowledge: PathChecker.Knowledge) {
        switch knowledge {
        case .known(let places, _) where !places.isEmpty: self.init(.places(Set(places)))
        default: self.init(.unknown)
        }
    }

    fileprivate var knowledge: PathChecker.Knowledge {
        guard case .places(let places) = form else { return .unknown() }
        return .known(Array(places))
    }
}

extension CompiledPath {
    /// The types of what the expression finds on items of some types; unknown rather than wrong.
    ///
    /// - Parameter variables: The types of `%` variables.
    package func types(
        from source: PathTypes, in table: DefinitionTable, variables: [String: PathTypes] = [:]
    ) -> PathTypes {
        switch expression.form {
        case .literal(let item): return .value(item)
        case .external(let name): return variables[name] ?? .unknown
        case .call(_, let function, _):
            if let type = function.resultType { return .primitive(type) }
        case .binary(let operation, _, _):
            if operation.givesTruth { return .primitive("boolean") }
        case .typed(_, _, isCast: false): return .primitive("boolean")
        default: break
        }
        let checker = PathChecker(table: table, root: "", refusesUnordered: false)
        guard let found = try? checker.infer(expression, from: source.knowledge) else {
            return .unknown
        }
        return PathTypes(found)
    }
}

extension FunctionName {
    /// The primitive type that the function gives whatever it is called on; nil for others.
    fileprivate var resultType: String? {
        switch self {
        case .empty, .exists, .all, .allTrue, .anyTrue, .allFalse, .anyFalse, .subsetOf,
            .supersetOf, .isDistinct, .toBoolean, .convertsToBoolean, .convertsToInteger,
            .convertsToDate, .convertsToDateTime, .convertsToDecimal, .convertsToQuantity,
            .convertsToString, .convertsToTime, .startsWith, .endsWith, .contains, .matches,
            .matchesFull, .hasValue, .conformsTo, .memberOf, .hasExtension, .htmlChecks, .is, .not,
            .comparable:
            "boolean"
        case .count, .toInteger, .indexOf, .lastIndexOf, .length, .ceiling, .floor, .truncate,
            .precision:
            "integer"
        case .toDecimal, .exp, .ln, .log, .sqrt, .round, .avg: "decimal"
        case .toString, .substring, .upper, .lower, .replace, .replaceMatches, .trim, .join,
            .encode, .decode, .escape, .unescape, .getResourceKey, .getReferenceKey:
            "string"
        default: nil
        }
    }
}

extension BinaryOperator {
    /// Whether it answers true or false.
    fileprivate var givesTruth: Bool {
        switch self {
        case .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual, .equivalent,
            .notEquivalent, .isMember, .contains, .and, .or, .exclusiveOr, .implies:
            true
        case .multiply, .divide, .wholeDivide, .remainder, .add, .subtract, .concatenate, .union:
            false
        }
    }
}
