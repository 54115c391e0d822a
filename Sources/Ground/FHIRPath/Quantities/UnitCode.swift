/// Codes of units (UCUM), as far as FHIRPath computes with them.
package enum UnitCode {
    /// Whether a code can be read; rare units are not known.
    package static func isKnown(_ code: String) -> Bool { UnitMeasure(code: code) != nil }
}
