/// Why a search is not understood or not answered.
package enum SearchError: Error, Hashable, Sendable {
    /// No such resource type.
    case unknownType(String)
    /// The types that are searched do not all have the parameter.
    case unknownParameter(String)
    /// FHIR has the parameter, but this server does not answer it.
    case unsupportedParameter(String)
    /// The modifier does not belong to the parameter, or is not answered.
    case modifier(parameter: String, modifier: String)
    /// The value is not one of the parameter.
    case value(parameter: String, Expectation)
    /// The types do not all have the parameter as the same kind; search one type.
    case ambiguous(parameter: String)
    /// A chain or `_has` that leads nowhere.
    case chain(parameter: String)
    /// `_include` or `_revinclude` that names no reference.
    case include(String)
    /// `_sort` by what has no order.
    case sort(String)
    /// A resource type that is never in the compartment.
    case compartment(type: String, compartment: String)
    /// The codes of the value set are not known here.
    case valueSet(parameter: String)
    /// More than a limit allows.
    case limit(SearchLimits.Name, maximum: Int)

    /// What stands where a value is wrong.
    package enum Expectation: String, Hashable, Sendable {
        case number, date, string, token, reference, quantity, uri, composite, boolean, count
        case total, summary, elements, identifier
    }
}
