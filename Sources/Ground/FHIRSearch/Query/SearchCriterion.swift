/// One thing that must hold of a resource.
///
/// Keys name indexed parameters, such as `Patient.birthdate`; several stand for the same parameter
/// of several types.
package indirect enum SearchCriterion: Hashable, Sendable {
    /// Some term under one of the keys passes one of the tests.
    case some(keys: [String], TermKind, [TermTest])
    /// No term under the keys passes any of the tests.
    case none(keys: [String], TermKind, [TermTest])
    /// There is no term under the keys, or there is one.
    case missing(keys: [String], TermKind, Bool)
    /// Terms of one part pass the tests of one of the alternatives, part for part.
    case composite([Component], alternatives: [[TermTest]])
    /// The logical id is one of these.
    case id([String])
    /// The time of the last change passes one of the tests.
    case lastUpdated([RangeTest<Int64>])
    /// A reference leads to a visible resource of one of the types for which the criterion holds.
    case link(keys: [String], types: [String], SearchCriterion)
    /// A visible resource of the type, for which the criterion holds, refers here.
    case reverseLink(type: String, keys: [String], SearchCriterion)
    /// The resource is in a compartment: the owner itself, or one that refers to it.
    case compartment(ResourceName, keys: [String])
    /// At least one holds.
    case any([SearchCriterion])

    /// A part of a composite parameter: the keys of its terms, and their kind.
    package struct Component: Hashable, Sendable {
        package let keys: [String]
        package let kind: TermKind

        package init(keys: [String], kind: TermKind) { (self.keys, self.kind) = (keys, kind) }
    }
}

/// What a single term must be.
package enum TermTest: Hashable, Sendable {
    case token(system: SystemTest, code: String?)
    /// A URI that starts with this one, up to the end of a part.
    case below(String)
    case text(TextTest, String)
    case date(RangeTest<Int64>)
    /// A number in a unit, as ``IndexTerms`` names it; the empty unit is the number alone.
    case number(unit: String, RangeTest<Double>)
    /// A reference to one of the resources, to a version of it when one is given.
    case reference([ResourceName], version: String?)
    /// A reference to somewhere else: an absolute URL, with a version of a canonical one.
    case external(String, version: String?)
}

/// What the system of a token must be.
package enum SystemTest: Hashable, Sendable {
    case any
    case absent
    case exactly(String)
}

/// How texts are compared: all but ``exactly`` in their folded form.
package enum TextTest: Hashable, Sendable {
    case starts, contains, exactly
}

/// How a range of an indexed value lies to the one that is asked for (FHIR R4 §3.1.1.4.5).
///
/// `low` and `high` are what the value asked for covers with its precision; `high` is the first
/// that is not covered.
package struct RangeTest<Bound: Hashable & Sendable & Comparable>: Hashable, Sendable {
    package let prefix: SearchPrefix
    package let low: Bound
    package let high: Bound

    package init(_ prefix: SearchPrefix, low: Bound, high: Bound) {
        (self.prefix, self.low, self.high) = (prefix, low, high)
    }
}

/// The prefixes of ordered values.
package enum SearchPrefix: String, Hashable, Sendable, CaseIterable {
    case equal = "eq"
    case notEqual = "ne"
    case greater = "gt"
    case less = "lt"
    case greaterOrEqual = "ge"
    case lessOrEqual = "le"
    case startsAfter = "sa"
    case endsBefore = "eb"
    case approximate = "ap"
}

extension SearchCriterion {
    /// How many single tests there are inside.
    var alternativeCount: Int {
        switch self {
        case .some(_, _, let tests), .none(_, _, let tests): tests.count
        case .composite(_, let alternatives): alternatives.reduce(0) { $0 + $1.count }
        case .id(let ids): ids.count
        case .lastUpdated(let tests): tests.count
        case .missing, .compartment: 1
        case .link(_, _, let inner), .reverseLink(_, _, let inner): inner.alternativeCount
        case .any(let criteria): criteria.reduce(0) { $0 + $1.alternativeCount }
        }
    }
}
