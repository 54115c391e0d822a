/// What a search may ask about codes; the caller has the value sets.
package struct SearchTerminology: Sendable {
    /// A code with its system.
    package struct Code: Hashable, Sendable {
        package let system: String?
        package let code: String

        package init(system: String?, code: String) { (self.system, self.code) = (system, code) }
    }

    /// The codes of a value set, by its canonical URL; nil when it is not known.
    package var expand: @Sendable (_ valueSet: String) -> [Code]? = { _ in nil }
    /// A code with all that are narrower; nil when the system's hierarchy is not known.
    package var below: @Sendable (Code) -> [Code]? = { _ in nil }
    /// A code with all that are broader; nil when the system's hierarchy is not known.
    package var above: @Sendable (Code) -> [Code]? = { _ in nil }

    package init() {}

    /// Knows no value set.
    package static let none = SearchTerminology()
}
