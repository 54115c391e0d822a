package import Base
package import Encoding

/// How a change of the validator set was decided, which says when it takes effect.
package enum ValidatorChangeKind: UInt64, Hashable, Sendable, CaseIterable {
    /// A validator's new key, decided by its own account: at the end of an epoch's span.
    case rotation = 1
    /// Decided by the validators: at the end of an epoch's span.
    case scheduled = 2
    /// A removal that cannot wait: at the end of the block in which the new set is ready.
    case emergency = 3
}

/// A decided change of the validator set that waits for its new set to be ready.
///
/// | field | type | meaning |
/// |---|---|---|
/// | version | 1 | this format |
/// | proposal | 32 bytes | the decision |
/// | kind | integer | ``ValidatorChangeKind`` |
/// | agreed | integer | height of the block that decided it |
/// | checkpoint | 32 bytes | the state root before that block |
/// | validators | array | the set that is to take over |
/// | ready | array of 32 bytes | accounts of it that are ready, ascending |
package struct ValidatorChange: Hashable, Sendable, CBORCodable {
    package let proposal: Hash256
    package let kind: ValidatorChangeKind
    package let agreed: UInt64
    /// The state at height `agreed - 1`: who is ready shows that it has this state.
    package let checkpoint: Hash256
    package let validators: ValidatorSet
    package private(set) var ready: [AccountID]

    package init(
        proposal: Hash256, kind: ValidatorChangeKind, agreed: UInt64, checkpoint: Hash256,
        validators: ValidatorSet, ready: [AccountID] = []
    ) {
        (self.proposal, self.kind, self.agreed) = (proposal, kind, agreed)
        (self.checkpoint, self.validators) = (checkpoint, validators)
        self.ready = Array(Set(ready)).sorted()
    }

    /// Height of the block whose state root is ``checkpoint``.
    package var checkpointHeight: UInt64 { agreed == 0 ? 0 : agreed - 1 }

    /// The weight in the new set of those who are ready.
    package var readyWeight: UInt64 {
        validators.validators.reduce(0) { $0 + (ready.contains($1.account) ? $1.weight : 0) }
    }

    /// Whether the new set could certify the next block.
    ///
    /// More than two thirds of its weight must be ready. After a rotation the others are who they
    /// were, so the new key alone must be.
    package func isReady(replacing old: ValidatorSet) -> Bool {
        switch kind {
        case .scheduled, .emergency: return validators.isQuorum(readyWeight)
        case .rotation:
            let changed = validators.validators.filter { !old.validators.contains($0) }
            return changed.allSatisfy { ready.contains($0.account) }
        }
    }

    /// Notes that a validator of the new set is ready.
    package mutating func confirm(_ account: AccountID) {
        guard !ready.contains(account) else { return }
        ready = (ready + [account]).sorted()
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(7)
        writer.unsigned(1)
        writer.hash(proposal)
        writer.unsigned(kind.rawValue)
        writer.unsigned(agreed)
        writer.hash(checkpoint)
        validators.encode(to: &writer)
        writer.list(ready) { $1.encode(to: &$0) }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(7, "validator change")
        try reader.version(1, "validator change")
        proposal = try reader.hash()
        let start = reader.offset
        guard let kind = ValidatorChangeKind(rawValue: try reader.unsigned()) else {
            throw .outOfRange(offset: start, field: "kind")
        }
        self.kind = kind
        agreed = try reader.unsigned()
        checkpoint = try reader.hash()
        validators = try ValidatorSet(from: &reader)
        let list = reader.offset
        ready = try reader.list(atMost: LedgerLimits.validatorCount) {
            (reader) throws(CBORError) in try AccountID(from: &reader)
        }
        guard zip(ready, ready.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw .outOfRange(offset: list, field: "ready")
        }
    }
}
