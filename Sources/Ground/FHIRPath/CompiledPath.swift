package import Base
package import Encoding
package import FHIRDefinitions

/// An expression of FHIRPath that was read once and can be evaluated often.
///
/// Source: HL7 FHIRPath 2.0.0 (normative), with the additions of FHIR R4 (§2.9).
package struct CompiledPath: Sendable {
    /// The expression as it was written.
    package let text: String
    let expression: Expression

    /// - Throws: ``PathError`` for text that is no expression and for exceeded limits.
    package init(_ text: String, limits: PathLimits = .standard) throws(PathError) {
        self.text = text
        expression = try Parser.parse(text, limits: limits)
    }

    /// The items that the expression finds, from one resource or element on.
    ///
    /// Takes as many steps as ``PathLimits/steps`` allows at most; the same input always gives the
    /// same items.
    package func evaluate(
        on node: PathNode, in environment: PathEnvironment
    ) throws(PathError) -> [PathItem] {
        try evaluate(on: [.node(node)], in: environment)
    }

    /// The items that the expression finds, from a collection on.
    package func evaluate(
        on items: [PathItem], in environment: PathEnvironment
    ) throws(PathError) -> [PathItem] {
        var evaluator = PathEvaluator(environment, context: items)
        return try evaluator.evaluate(expression, PathEvaluator.Frame(focus: items))
    }

    /// Whether the expression holds: its only item as a truth value, and nil for nothing.
    package func holds(
        on node: PathNode, in environment: PathEnvironment
    ) throws(PathError) -> Bool? {
        try PathEvaluator.truth(try evaluate(on: node, in: environment), "The expression")
    }

    /// Checks the expression against the definitions, from values of one type on, without a value.
    ///
    /// With `isOrdered`, functions that depend on an order are refused where there is none.
    ///
    /// - Throws: ``PathError`` for elements that cannot be there.
    package func check(
        from type: String, in table: DefinitionTable, isOrdered: Bool = false
    ) throws(PathError) {
        let checker = PathChecker(table: table, root: type, refusesUnordered: isOrdered)
        _ = try checker.infer(expression, from: .known([.init(type: type, path: type)]))
    }
}

/// What an evaluation is given from outside.
package struct PathEnvironment: Sendable {
    /// The types of what is evaluated.
    package let table: DefinitionTable
    /// What `now()` and `today()` say.
    package var now: Timestamp
    /// Values of `%` variables beside those of the specification.
    package var variables: [String: [PathItem]] = [:]
    /// The resource that the evaluated element belongs to: `%resource`; by default the element.
    package var resource: PathNode?
    /// The resource outside of which no reference is local: `%rootResource`.
    package var rootResource: PathNode?
    /// Finds what a reference that is not contained leads to; by default nothing is found.
    package var resolve: @Sendable (String) -> JSONValue? = { _ in nil }
    /// Whether a code belongs to a value set by its URL; nil when that is not known.
    ///
    /// Without this `memberOf` is refused.
    package var memberOf: (@Sendable (_ code: String, _ system: String?, String) -> Bool?)?
    /// Whether an element follows a profile by its URL; nil when the profile is not known.
    package var conformsTo: @Sendable (PathNode, String) -> Bool? = { _, _ in nil }
    /// True when an element that the definitions do not know is an error, not just missing.
    package var isStrict = false
    /// True when `as` takes from many items those of its type, as R4's own invariants and search
    /// parameters use it; FHIRPath 2.0 refuses many items.
    package var castsMany = false
    package var limits = PathLimits.standard

    package init(table: DefinitionTable, now: Timestamp) {
        (self.table, self.now) = (table, now)
    }
}
