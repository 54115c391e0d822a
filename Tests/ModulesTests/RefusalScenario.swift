import ContractKit
import Cryptography
import Ledger
import Testing

/// One way to get one refusal: what was prepared, then the transaction that is refused.
struct RefusalScenario: Sendable, CustomTestStringConvertible {
    let code: String
    let story: String
    let attempt: @Sendable (TestCast) throws -> Outcome

    init(
        _ code: String, _ story: String,
        _ attempt: @escaping @Sendable (TestCast) throws -> Outcome
    ) {
        (self.code, self.story, self.attempt) = (code, story, attempt)
    }

    var testDescription: String { "\(code): \(story)" }

    /// Runs the attempt in a fresh zone: it must fail with the code and change nothing.
    func check() throws {
        let cast = try TestCast()
        let outcome = try attempt(cast)
        #expect(outcome.failure == code)
        #expect(outcome.events.isEmpty)
        // The attempt was the last block; nothing of it may be in the state.
        #expect(outcome.writes == StateOverlay(base: cast.zone.store).finish(.sha256))
        #expect(cast.zone.registry.refusal(for: code) != nil, "nobody can explain \(code)")
    }
}
