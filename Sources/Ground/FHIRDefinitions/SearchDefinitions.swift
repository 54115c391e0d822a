/// A search parameter of the specification.
package struct SearchParameterDefinition: Hashable, Sendable {
    /// The kind of a parameter's values, which decides on its modifiers and prefixes.
    package enum Kind: String, Hashable, Sendable {
        case number, date, string, token, reference, composite, quantity, uri, special
    }

    /// A part of a composite parameter.
    package struct Component: Hashable, Sendable {
        /// The URL of the parameter that it is.
        package let definition: String
        /// Where its values are, from each value of the composite on.
        package let expression: String

        package init(definition: String, expression: String) {
            (self.definition, self.expression) = (definition, expression)
        }
    }

    package let url: String
    /// The name in a search's URL, such as `birthdate`.
    package let code: String
    package let kind: Kind
    /// The resource types that it searches.
    package let bases: [String]
    /// The FHIRPath of the values; nil for parameters without, such as `_text`.
    package let expression: String?
    /// For references, the resource types that they lead to.
    package let targets: [String]
    package let components: [Component]

    package init(
        url: String, code: String, kind: Kind, bases: [String], expression: String?,
        targets: [String] = [], components: [Component] = []
    ) {
        (self.url, self.code, self.kind, self.bases) = (url, code, kind, bases)
        (self.expression, self.targets, self.components) = (expression, targets, components)
    }
}

/// The resources that belong to one patient, practitioner or the like.
package struct CompartmentDefinition: Hashable, Sendable {
    /// A resource type, and the search parameters that put a resource into the compartment.
    package struct Member: Hashable, Sendable {
        package let resource: String
        package let parameters: [String]

        package init(resource: String, parameters: [String]) {
            (self.resource, self.parameters) = (resource, parameters)
        }
    }

    /// The resource type that owns the compartment.
    package let code: String
    package let members: [Member]

    package init(code: String, members: [Member]) {
        (self.code, self.members) = (code, members)
    }
}
