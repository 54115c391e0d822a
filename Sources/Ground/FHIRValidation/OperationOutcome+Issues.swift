import Base
package import Encoding
package import FHIRModel

extension OperationOutcome {
    /// An OperationOutcome of what a validation found; without any issue it says that all is well.
    package static func json(_ issues: [ValidationIssue]) -> JSONValue {
        guard !issues.isEmpty else { return done("No problem was found.", "未发现问题。") }
        return resource(
            issues.map {
                issue($0.severity.rawValue, $0.kind.rawValue, $0.message, at: $0.expression)
            })
    }
}
