package import Base
import Encoding
import FHIRModel
package import FHIRValidation

/// What the server asks of resources before it keeps them.
package struct ResourceValidation: Sendable {
    private let validator: FHIRValidator?
    private let level: ValidationLevel
    private let clock: @Sendable () -> Timestamp

    /// Checks at a level; without a validator nothing is checked.
    package init(
        _ validator: FHIRValidator?, level: ValidationLevel,
        clock: @escaping @Sendable () -> Timestamp
    ) {
        (self.validator, self.level, self.clock) = (validator, level, clock)
    }

    /// Checks nothing: for tests and measurements of other things.
    package static let none = ResourceValidation(
        nil, level: .off, clock: { Timestamp(milliseconds: 0) })

    /// What a full check finds, as an outcome.
    func outcome(_ resource: JSONValue, profiles: [String]) -> JSONValue {
        OperationOutcome.json(
            validator?.validate(resource, profiles: profiles, now: clock()) ?? [])
    }

    /// Refuses a resource with errors.
    func require(_ resource: JSONValue, type: String) throws(FHIRError) {
        let issues = validator?.validate(resource, level: level, now: clock()) ?? []
        let errors = issues.filter { $0.severity == .error }
        guard errors.isEmpty else {
            throw FHIRError(
                422,
                issues: errors.map {
                    FHIRError.Issue($0.kind.rawValue, $0.message, at: $0.expression)
                })
        }
    }
}
