/// One element of a type: how often it stands, and what it may hold.
package struct ElementDefinition: Hashable, Sendable {
    /// The path below the type, such as `contact.name` or `multipleBirth[x]`.
    package let path: String
    package let minimum: Int
    /// The most that may stand; nil for any number.
    package let maximum: Int?
    /// The types it may have: several for a choice, none with ``contentReference``.
    package let types: [TypeReference]
    /// The full path of the element whose content this one repeats, such as `Questionnaire.item`.
    package let contentReference: String?
    package let binding: Binding?
    package let fixedValue: FixedValue?
    package let invariants: [Invariant]
    /// True when it can change the meaning of what stands around it.
    package let isModifier: Bool
    /// True when it belongs to the summary of a resource.
    package let isSummary: Bool
    /// True when XML writes it as an attribute.
    package let isAttribute: Bool

    package init(
        path: String, minimum: Int, maximum: Int?, types: [TypeReference],
        contentReference: String? = nil, binding: Binding? = nil, fixedValue: FixedValue? = nil,
        invariants: [Invariant] = [], isModifier: Bool = false, isSummary: Bool = false,
        isAttribute: Bool = false
    ) {
        (self.path, self.minimum, self.maximum, self.types) = (path, minimum, maximum, types)
        (self.contentReference, self.binding) = (contentReference, binding)
        (self.fixedValue, self.invariants) = (fixedValue, invariants)
        (self.isModifier, self.isSummary, self.isAttribute) = (isModifier, isSummary, isAttribute)
    }

    /// The name in FHIRPath: the path's last part without `[x]`.
    package var name: String {
        let last = path.split(separator: ".").last ?? ""
        return String(isChoice ? last.dropLast(3) : last)
    }

    /// True when the type is part of the name in JSON, such as `valueQuantity`.
    package var isChoice: Bool { path.hasSuffix("[x]") }

    /// True when JSON writes it as an array.
    package var isRepeating: Bool { maximum != 1 && maximum != 0 }
}

/// A type that an element may have.
package struct TypeReference: Hashable, Sendable {
    /// The type's name, such as `Reference`.
    package let code: String
    /// Profiles of which the value must follow one, by URL.
    package let profiles: [String]
    /// For references, what they may lead to, by URL.
    package let targets: [String]

    package init(code: String, profiles: [String] = [], targets: [String] = []) {
        (self.code, self.profiles, self.targets) = (code, profiles, targets)
    }
}

/// The codes that a coded element may have.
package struct Binding: Hashable, Sendable {
    /// How binding a binding is.
    package enum Strength: String, Hashable, Sendable {
        case required, extensible, preferred, example
    }

    package let strength: Strength
    /// The canonical URL of the value set, with its version; nil where only words describe it.
    package let valueSet: String?

    package init(strength: Strength, valueSet: String?) {
        (self.strength, self.valueSet) = (strength, valueSet)
    }
}

/// A value that is given by the definition.
package struct FixedValue: Hashable, Sendable {
    /// True when it need only be contained in the value (`pattern[x]`), false for `fixed[x]`.
    package let isPattern: Bool
    /// The value as JSON.
    package let json: String

    package init(isPattern: Bool, json: String) {
        (self.isPattern, self.json) = (isPattern, json)
    }
}
