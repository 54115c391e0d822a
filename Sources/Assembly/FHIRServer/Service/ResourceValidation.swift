package import Encoding

/// What the server asks of resources before it keeps them.
package struct ResourceValidation: Sendable {
    /// The errors of a resource; empty when it may be kept.
    package typealias Check = @Sendable (JSONValue) -> [FHIRError.Issue]

    private let check: Check

    package init(_ check: @escaping Check) { self.check = check }

    /// What a resource lacks, as an outcome.
    func outcome(_ resource: JSONValue) -> JSONValue {
        let issues = check(resource)
        guard !issues.isEmpty else {
            return Outcome.done("No issues were found.", "未发现问题。")
        }
        return FHIRError(422, issues: issues).outcome
    }

    /// Refuses a resource with errors.
    func require(_ resource: JSONValue, type: String) throws(FHIRError) {
        let issues = check(resource)
        guard issues.isEmpty else { throw FHIRError(422, issues: issues) }
    }
}
