import FHIRPath

/// How the unit of a number stands in ``TermValue/number(unit:low:high:)``.
package enum UnitKey {
    /// The system of UCUM's codes.
    package static let ucum = "http://unitsofmeasure.org"

    /// The unit of a number without one, or when none is asked for.
    static let none = ""

    /// A unit as it is written, in whatever system.
    static func written(_ unit: String) -> String { "|" + unit }

    /// A unit of a system.
    static func coded(_ system: String, _ code: String) -> String { "\(system)|\(code)" }

    /// The key of a unit of a system with a conversion into it: base units for UCUM's codes.
    static func canonical(
        _ system: String, _ code: String
    ) -> (key: String, convert: (ExactDecimal) -> ExactDecimal?) {
        guard system == ucum, let quantity = CanonicalQuantity(code: code) else {
            return (coded(system, code), { $0 })
        }
        return (coded(system, quantity.unit), quantity.canonical)
    }
}
