/// A data type or resource of FHIR, with all its elements, inherited ones included.
package struct TypeDefinition: Hashable, Sendable {
    /// What a type is; the raw value is what the table says.
    package enum Kind: UInt64, Hashable, Sendable {
        case primitive = 0
        case complex = 1
        case resource = 2
    }

    /// The name, such as `Patient`, `HumanName` or `dateTime`.
    package let name: String
    /// The canonical URL of its StructureDefinition.
    package let url: String
    package let kind: Kind
    /// True for types without instances of their own, such as `DomainResource`.
    package let isAbstract: Bool
    /// The type that this one specialises; nil for `Element` and `Resource`.
    package let base: String?
    /// For primitives the regular expression of the whole text, where FHIR gives one.
    package let pattern: String?
    /// Rules of the type as a whole.
    package let invariants: [Invariant]
    /// All elements below the root, each before those inside of it.
    package let elements: [ElementDefinition]

    package init(
        name: String, url: String, kind: Kind, isAbstract: Bool, base: String?, pattern: String?,
        invariants: [Invariant], elements: [ElementDefinition]
    ) {
        (self.name, self.url, self.kind, self.isAbstract) = (name, url, kind, isAbstract)
        (self.base, self.pattern) = (base, pattern)
        (self.invariants, self.elements) = (invariants, elements)
    }
}

/// A rule that an element must keep, in FHIRPath.
package struct Invariant: Hashable, Sendable {
    /// The key by which the specification names it, such as `pat-1`.
    package let key: String
    /// True when breaking it is an error, false for a warning.
    package let isError: Bool
    /// The FHIRPath; nil for the few that only have words.
    package let expression: String?
    /// The rule in the specification's English words.
    package let description: String

    package init(key: String, isError: Bool, expression: String?, description: String) {
        (self.key, self.isError) = (key, isError)
        (self.expression, self.description) = (expression, description)
    }
}
