/// A code system: the concepts that codes stand for, and what is above what.
package struct CodeSystemDefinition: Hashable, Sendable {
    /// How much of the code system the definitions hold.
    package enum Content: String, Hashable, Sendable {
        case complete, example, fragment, supplement
        case notPresent = "not-present"
    }

    /// One concept.
    package struct Concept: Hashable, Sendable {
        package let code: String
        package let display: String?
        /// The places of the concepts right above it.
        package let parents: [Int]
        /// True when it only groups others and should not be chosen itself.
        package let isAbstract: Bool

        package init(
            code: String, display: String? = nil, parents: [Int] = [], isAbstract: Bool = false
        ) {
            (self.code, self.display) = (code, display)
            (self.parents, self.isAbstract) = (parents, isAbstract)
        }
    }

    package let url: String
    package let version: String?
    package let content: Content
    package let isCaseSensitive: Bool
    /// Concepts in the order of the definition, each once.
    package let concepts: [Concept]

    package init(
        url: String, version: String?, content: Content, isCaseSensitive: Bool,
        concepts: [Concept]
    ) {
        (self.url, self.version, self.content) = (url, version, content)
        (self.isCaseSensitive, self.concepts) = (isCaseSensitive, concepts)
    }
}

/// A value set: which codes of which code systems belong together.
package struct ValueSetDefinition: Hashable, Sendable {
    /// Codes that are taken in or left out together.
    package struct Part: Hashable, Sendable {
        /// The code system; nil when the part only names value sets.
        package let system: String?
        /// The codes, with the words of the value set; empty for all that the filters leave.
        package let concepts: [Code]
        package let filters: [Filter]
        /// Value sets that must all hold the code too.
        package let valueSets: [String]

        package init(
            system: String?, concepts: [Code] = [], filters: [Filter] = [],
            valueSets: [String] = []
        ) {
            (self.system, self.concepts) = (system, concepts)
            (self.filters, self.valueSets) = (filters, valueSets)
        }
    }

    /// A code with the words that the value set has for it.
    package struct Code: Hashable, Sendable {
        package let code: String
        package let display: String?

        package init(_ code: String, _ display: String? = nil) {
            (self.code, self.display) = (code, display)
        }
    }

    /// A condition on concepts, such as `concept is-a X`.
    package struct Filter: Hashable, Sendable {
        package let property: String
        package let operation: String
        package let value: String

        package init(property: String, operation: String, value: String) {
            (self.property, self.operation, self.value) = (property, operation, value)
        }
    }

    package let url: String
    package let version: String?
    package let name: String?
    package let includes: [Part]
    package let excludes: [Part]

    package init(
        url: String, version: String? = nil, name: String? = nil, includes: [Part],
        excludes: [Part] = []
    ) {
        (self.url, self.version, self.name) = (url, version, name)
        (self.includes, self.excludes) = (includes, excludes)
    }
}
