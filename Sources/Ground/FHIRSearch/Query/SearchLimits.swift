/// Bounds of what a stranger may ask for in one search.
package struct SearchLimits: Hashable, Sendable {
    /// Which bound was exceeded; the raw value is what refusals say.
    package enum Name: String, Hashable, Sendable {
        case parameters, valueBytes, alternatives, chainDepth, includes, sortKeys, termBytes
        case expansion
    }

    /// Parameters of one search.
    package var parameters = 64
    /// Bytes of a parameter's value.
    package var valueBytes = 16 << 10
    /// Values between commas, of all parameters together, parts of composites one by one, and codes
    /// of value sets.
    package var alternatives = 300
    /// References one after another in a chain, `_has` included.
    package var chainDepth = 4
    /// `_include` and `_revinclude` together.
    package var includes = 16
    /// Keys of an order; a mark of a page holds a value for each.
    package var sortKeys = 3
    /// Codes of a value set.
    package var expansion = 300
    /// Matches of a page when the request does not say.
    package var pageDefault = 50
    /// The most matches of a page: a larger `_count` means this.
    package var pageMaximum = 1000

    package init() {}

    /// 64 parameters of 16 KiB, 300 alternatives, chains of four, pages of 50 to 1,000: several
    /// times what clients and HL7's examples use.
    package static let standard = SearchLimits()

    /// Included resources of one page: more are refused, as a page must fit into memory.
    package static let includedMaximum = 2000
    /// How often included resources may bring further ones.
    package static let includeRounds = 8
    /// Bytes of a term: longer codes and URIs are not indexed, of texts only the start.
    package static let termBytes = 512
    /// Bytes of a value by which matches are ordered.
    package static let sortBytes = 48
}
