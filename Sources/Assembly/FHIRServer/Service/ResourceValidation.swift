package import Encoding

/// What the server asks of resources before it keeps them.
package struct ResourceValidation: Sendable {
    /// The errors of a resource; empty when it may be kept.
    package typealias Check = @Sendable (JSONValue) -> [FHIRError.Issue]

    private let check: Check

    package init(_ check: @escaping Check) { self.check = check }

    /// Refuses a resource with errors.
    func require(_ resource: JSONValue, type: String) throws(FHIRError) {
        let issues = check(resource)
        guard issues.isEmpty else { throw FHIRError(422, issues: issues) }
    }
}
