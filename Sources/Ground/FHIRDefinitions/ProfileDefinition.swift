/// A profile: what it says of a type beyond the type's own definition.
package struct ProfileDefinition: Hashable, Sendable {
    /// What a profile says of an element or of a slice of one.
    package struct Rule: Hashable, Sendable {
        /// The element below the type, with the slices on the way, such as
        /// `component:SystolicBP.code`; empty for the whole.
        package let id: String
        /// The name of the slice that the rule is about; nil for an element.
        package let sliceName: String?
        package let minimum: Int
        /// The most that may stand; nil for any number.
        package let maximum: Int?
        package let types: [TypeReference]
        package let binding: Binding?
        package let fixedValue: FixedValue?
        package let slicing: Slicing?
        /// Invariants that the type does not have.
        package let invariants: [Invariant]

        package init(
            id: String, sliceName: String? = nil, minimum: Int, maximum: Int?,
            types: [TypeReference] = [], binding: Binding? = nil, fixedValue: FixedValue? = nil,
            slicing: Slicing? = nil, invariants: [Invariant] = []
        ) {
            (self.id, self.sliceName) = (id, sliceName)
            (self.minimum, self.maximum, self.types) = (minimum, maximum, types)
            (self.binding, self.fixedValue) = (binding, fixedValue)
            (self.slicing, self.invariants) = (slicing, invariants)
        }
    }

    /// How the values of an element are told apart.
    package struct Slicing: Hashable, Sendable {
        /// What to look at, such as `value` of `url`.
        package struct Discriminator: Hashable, Sendable {
            package let kind: String
            package let path: String

            package init(kind: String, path: String) { (self.kind, self.path) = (kind, path) }
        }

        package let discriminators: [Discriminator]
        /// True when every value must belong to a slice.
        package let isClosed: Bool

        package init(discriminators: [Discriminator], isClosed: Bool) {
            (self.discriminators, self.isClosed) = (discriminators, isClosed)
        }
    }

    package let url: String
    package let name: String
    /// The type that it is about.
    package let type: String
    /// Rules in the order of the snapshot, without those that the type has too.
    package let rules: [Rule]

    package init(url: String, name: String, type: String, rules: [Rule]) {
        (self.url, self.name, self.type, self.rules) = (url, name, type, rules)
    }
}
