/// What a resource can be found by: the values of its search parameters.
///
/// A key is a type with a parameter, such as `Patient.birthdate`; parameters of all resources have
/// the type `Resource`. Parts of a parameter stand under keys of their own: `:text` are the words
/// of a token, `:of-type` an identifier with its type, `:identifier` the identifier of a reference,
/// and `$1`, `$2` the components of a composite.
package struct IndexTerms: Hashable, Sendable {
    /// Each term once, in the order of extraction.
    package var terms: [IndexTerm]

    package init(_ terms: [IndexTerm] = []) { self.terms = terms }
}

/// One value of one parameter.
package struct IndexTerm: Hashable, Sendable {
    package let key: String
    /// Which values of a composite belong together: from 1 on; 0 elsewhere.
    package let part: Int
    package let value: TermValue

    package init(_ key: String, part: Int = 0, _ value: TermValue) {
        (self.key, self.part, self.value) = (key, part, value)
    }
}

/// A value in the form in which it is compared.
package enum TermValue: Hashable, Sendable {
    /// A code with its system, or a URI without one.
    case token(system: String?, code: String)
    /// A text as it is compared (``TextFolding``), and as it stands.
    case text(folded: String, exact: String)
    /// Milliseconds since 1970 in UTC; `high` is the first one behind.
    case date(low: Int64, high: Int64)
    /// A number or range, both ends included; the unit is empty for the number alone, `|code` for
    /// its unit, and `system|code` for a unit of a system, which is a base unit for UCUM's.
    case number(unit: String, low: Double, high: Double)
    /// A reference to a resource here.
    case reference(ResourceName, version: String?)
    /// A reference to somewhere else.
    case external(String, version: String?)
}

/// Which of the values a parameter has.
package enum TermKind: UInt8, Hashable, Sendable, CaseIterable {
    case token = 1
    case text, date, number, reference
}

extension TermValue {
    package var kind: TermKind {
        switch self {
        case .token: .token
        case .text: .text
        case .date: .date
        case .number: .number
        case .reference, .external: .reference
        }
    }
}
