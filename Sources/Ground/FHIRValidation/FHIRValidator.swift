package import Base
package import Encoding
package import FHIRDefinitions
import FHIRPath
package import FHIRTerminology

/// Checks resources against the definitions of FHIR R4: elements, formats, codes, invariants,
/// references and profiles.
///
/// Made once and used often; the same resource always gives the same issues in the same order.
package struct FHIRValidator: Sendable {
    let table: DefinitionTable
    let terminology: Terminology
    let limits: ValidationLimits
    /// Invariants by their FHIRPath.
    let paths: [String: CompiledPath]
    let profiles: [String: ProfileTree]

    /// Reads all invariants and profiles of the definitions; this takes some milliseconds.
    package init(
        table: DefinitionTable, terminology: Terminology, limits: ValidationLimits = .init()
    ) {
        (self.table, self.terminology, self.limits) = (table, terminology, limits)
        let expressions =
            table.types.flatMap { $0.invariants + $0.elements.flatMap(\.invariants) }
            + table.profiles.flatMap { $0.rules.flatMap(\.invariants) }
        var paths: [String: CompiledPath] = [:]
        for expression in expressions.compactMap(\.expression) where paths[expression] == nil {
            paths[expression] = try? CompiledPath(expression)
        }
        self.paths = paths
        profiles = Dictionary(
            table.profiles.map { ($0.url, ProfileTree($0)) }
        ) { first, _ in first }
    }

    /// What is wrong with a resource, in the order of its elements; errors make it invalid.
    ///
    /// Profiles are those of `meta.profile` and the ones that are asked for here. `now` is what
    /// invariants see as the time. Work is bounded by ``ValidationLimits``.
    package func validate(
        _ resource: JSONValue, level: ValidationLevel = .full, profiles: [String] = [],
        now: Timestamp
    ) -> [ValidationIssue] {
        guard level != .off else { return [] }
        var validation = Validation(self, level: level, now: now)
        validation.resource(resource, at: nil, in: nil, profiles: profiles)
        return validation.issues
    }
}

extension [ValidationIssue] {
    /// True when no issue is an error.
    package var isValid: Bool { !contains { $0.severity == .error } }
}
