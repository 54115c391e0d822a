package import Base
import ContractKit
package import Encoding
package import Ledger

/// Bounds of the rows; part of the contract's version.
package enum GovernanceLimits {
    /// Steps of one proposal.
    package static let changeCount = LedgerLimits.validatorCount
    /// Bytes of a signature of any suite.
    package static let signatureByteCount = 64
}

/// What has become of a proposal, as far as votes go.
package enum ProposalStatus: UInt8, CaseIterable, Hashable, Sendable {
    /// Votes are being collected.
    case open = 1
    /// Decided: it waits for its new set to be ready, or has taken effect, or lapsed.
    case agreed = 2
    /// So much weight rejects it that it cannot pass.
    case declined = 3
    /// Taken back by its proposer.
    case withdrawn = 4
    /// A more urgent decision took its place before it took effect.
    case superseded = 5
}

/// A proposed change of the validator set and the votes on it; it lives as long as its epoch.
///
/// | field | type | meaning |
/// |---|---|---|
/// | version | 1 | this format |
/// | proposer | 32 bytes | who proposed it |
/// | kind | integer | ``ValidatorChangeKind`` |
/// | changes | array | ``SetChange``, from the set of its epoch |
/// | height | integer | of the block that holds it |
/// | approvals | array of 32 bytes | validators for it, in the order of their votes |
/// | rejections | array of 32 bytes | validators against it |
/// | authorised | boolean | whether the authority agrees |
/// | status | integer | ``ProposalStatus`` |
package struct Proposal: Hashable, Sendable, CBORCodable {
    package let proposer: AccountID
    package let kind: ValidatorChangeKind
    package let changes: [SetChange]
    package let height: UInt64
    package var approvals: [AccountID]
    package var rejections: [AccountID]
    package var isAuthorised: Bool
    package var status: ProposalStatus

    package init(
        proposer: AccountID, kind: ValidatorChangeKind, changes: [SetChange], height: UInt64,
        approvals: [AccountID] = [], rejections: [AccountID] = [], isAuthorised: Bool = false,
        status: ProposalStatus = .open
    ) {
        (self.proposer, self.kind, self.changes) = (proposer, kind, changes)
        (self.height, self.approvals, self.rejections) = (height, approvals, rejections)
        (self.isAuthorised, self.status) = (isAuthorised, status)
    }

    /// Whether it cannot pass without the authority: it admits a validator, or is an emergency.
    package var needsAuthority: Bool {
        kind == .emergency
            || changes.contains { if case .add = $0 { true } else { false } }
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(9)
        writer.unsigned(1)
        proposer.encode(to: &writer)
        writer.unsigned(kind.rawValue)
        writer.list(changes) { $1.encode(to: &$0) }
        writer.unsigned(height)
        writer.list(approvals) { $1.encode(to: &$0) }
        writer.list(rejections) { $1.encode(to: &$0) }
        writer.bool(isAuthorised)
        writer.choice(status)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(9, "proposal")
        try reader.version(1, "proposal")
        proposer = try AccountID(from: &reader)
        let start = reader.offset
        guard let kind = ValidatorChangeKind(rawValue: try reader.unsigned()) else {
            throw .outOfRange(offset: start, field: "kind")
        }
        self.kind = kind
        changes = try reader.setChanges()
        height = try reader.unsigned()
        approvals = try reader.voters()
        rejections = try reader.voters()
        isAuthorised = try reader.bool()
        status = try reader.choice(ProposalStatus.self, field: "status")
    }
}

/// A validator's signed word that it is ready, as it was sent.
///
/// | field | type | meaning |
/// |---|---|---|
/// | version | 1 | this format |
/// | height | integer | a height that the validator has |
/// | state root | 32 bytes | the state root there |
/// | signature | byte string | over the ``ReadyStatement``, by its key in the new set |
/// | received | integer | height of the block that holds it |
package struct ReadyRecord: Hashable, Sendable, CBORCodable {
    package let height: UInt64
    package let stateRoot: Hash256
    package let signature: [UInt8]
    package let received: UInt64

    package init(height: UInt64, stateRoot: Hash256, signature: [UInt8], received: UInt64) {
        (self.height, self.stateRoot) = (height, stateRoot)
        (self.signature, self.received) = (signature, received)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(5)
        writer.unsigned(1)
        writer.unsigned(height)
        writer.hash(stateRoot)
        writer.byteString(signature)
        writer.unsigned(received)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(5, "ready record")
        try reader.version(1, "ready record")
        height = try reader.unsigned()
        stateRoot = try reader.hash()
        signature = try reader.byteString(count: GovernanceLimits.signatureByteCount)
        received = try reader.unsigned()
    }
}

/// Governance's tables.
///
/// Other modules and the node go through ``GovernanceQueries``. The change that waits and the sets
/// of all epochs are rows of the ledger's own table.
enum GovernanceTables {
    /// By epoch and proposal.
    static let proposals = Table<PairKey<UInt64, Hash256>, Proposal>("governance/proposals")
    /// By proposal and validator.
    static let ready = Table<PairKey<Hash256, AccountID>, ReadyRecord>("governance/ready")
}

extension CBORReader {
    mutating func setChanges() throws(CBORError) -> [SetChange] {
        try list(atMost: GovernanceLimits.changeCount) { (reader) throws(CBORError) in
            try SetChange(from: &reader)
        }
    }

    fileprivate mutating func voters() throws(CBORError) -> [AccountID] {
        try list(atMost: LedgerLimits.validatorCount) { (reader) throws(CBORError) in
            try AccountID(from: &reader)
        }
    }
}
