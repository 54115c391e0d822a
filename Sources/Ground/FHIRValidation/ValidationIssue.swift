package import Base

/// One thing that is wrong with a resource, or worth knowing.
package struct ValidationIssue: Hashable, Sendable {
    /// How much it matters; only errors make a resource invalid.
    package enum Severity: String, Hashable, Sendable {
        case error, warning, information
    }

    /// What kind of thing it is: a code of FHIR's IssueType.
    package enum Kind: String, Hashable, Sendable {
        case structure, required, value, invariant, `extension`, informational
        case codeInvalid = "code-invalid"
        case notFound = "not-found"
        case tooCostly = "too-costly"
    }

    package let severity: Severity
    package let kind: Kind
    /// The FHIRPath of the place, such as `Patient.name[0].family`.
    package let expression: String
    /// What is wrong and how to mend it; holds codes at most, nothing else of the resource.
    package let message: Refusal

    package init(
        severity: Severity, kind: Kind, expression: String, message: Refusal
    ) {
        (self.severity, self.kind) = (severity, kind)
        (self.expression, self.message) = (expression, message)
    }
}

/// How much is checked.
package enum ValidationLevel: String, CaseIterable, Hashable, Sendable {
    /// Nothing.
    case off
    /// Elements, kinds of values, cardinality, formats, references and extensions.
    case structure
    /// Also bindings, invariants and profiles.
    case full
}

/// Bounds of one validation.
package struct ValidationLimits: Hashable, Sendable {
    /// Elements that are looked at.
    package var elementCount = 500_000
    /// Elements within each other.
    package var depth = 64
    /// Issues that are reported.
    package var issueCount = 1_000
    /// Steps of FHIRPath of one invariant on one element.
    package var invariantSteps = 200_000
    /// Elements on which invariants and profiles are checked, rules counted each.
    package var ruleCount = 2_000_000

    package init() {}
}
