/// A search as it was understood: what must hold, and which part of the answer is wanted how.
///
/// Made by ``init(parsing:type:compartment:table:base:strict:limits:terminology:)``.
package struct SearchQuery: Hashable, Sendable {
    /// The resource types that are searched, ascending; empty for all.
    package var types: [String] = []
    /// What must hold, all of it.
    package var criteria: [SearchCriterion] = []
    /// The most matches of a page; none with ``SummaryMode/count``.
    package var count: Int = SearchLimits.standard.pageDefault
    package var total = TotalMode.none
    package var summary = SummaryMode.none
    /// Elements that are wanted; empty for all.
    package var elements: [String] = []
    /// The order of matches; ties, and everything without keys, are in the order of type and id.
    package var sort: [SortKey] = []
    package var includes: [IncludeRule] = []
    package var revincludes: [IncludeRule] = []
    /// What was not understood and does not count, in the order of the request.
    package var ignored: [IgnoredParameter] = []
    /// What was understood, in the order of the request: the parameters of the self link.
    package var selfParameters: [SearchParameterText] = []

    package init() {}
}

/// A parameter of a request: a name with modifiers, and the text of its values.
package struct SearchParameterText: Hashable, Sendable {
    package let name: String
    package let value: String

    package init(name: String, value: String) { (self.name, self.value) = (name, value) }
}

/// A parameter that a lenient search leaves out, with what would have been said in a strict one.
package struct IgnoredParameter: Hashable, Sendable {
    package let parameter: SearchParameterText
    package let reason: SearchError

    package init(parameter: SearchParameterText, reason: SearchError) {
        (self.parameter, self.reason) = (parameter, reason)
    }
}

/// Whether the number of all matches is wanted (`_total`); an estimate is counted too.
package enum TotalMode: String, Hashable, Sendable {
    case none, estimate, accurate
}

/// Which part of each resource is wanted (`_summary`).
package enum SummaryMode: String, Hashable, Sendable {
    case `true`, text, data, count
    /// Whole resources: FHIR's `false`.
    case none = "false"
}

/// One key of an order (`_sort`).
///
/// A resource with several values stands where its first one of the order would; a resource without
/// a value stands last, in either direction.
package struct SortKey: Hashable, Sendable {
    /// What is compared.
    package enum Value: Hashable, Sendable {
        case id
        case lastUpdated
        /// The values of a parameter, which has another key for each type.
        case terms(keys: [String], TermKind)
    }

    package let value: Value
    package let isDescending: Bool

    package init(_ value: Value, isDescending: Bool) {
        (self.value, self.isDescending) = (value, isDescending)
    }
}

/// What else is brought with the matches: what they refer to, or what refers to them.
package struct IncludeRule: Hashable, Sendable {
    /// The type of the resource that holds the reference; nil for any (`*`).
    package let source: String?
    /// Keys of the reference's parameter; nil for all references of the source.
    package let keys: [String]?
    /// The type that the reference leads to; nil for any.
    package let target: String?
    /// True when it also starts from what was included.
    package let isIterated: Bool

    package init(source: String?, keys: [String]?, target: String?, isIterated: Bool) {
        (self.source, self.keys, self.target) = (source, keys, target)
        self.isIterated = isIterated
    }
}

extension SearchQuery {
    /// True when the number of matches has to be found.
    package var wantsTotal: Bool { total != .none || summary == .count }
}
