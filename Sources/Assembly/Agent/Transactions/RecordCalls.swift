package import Base
package import ContractKit
package import Ledger
package import Records

/// Calls about records.
package enum RecordCalls {
    /// Commits to a sealed first version; signed by the owner's registrar or the owner.
    package static func write(_ sealed: SealedVersion) -> Call {
        Call(
            RecordsContract.self, "write",
            RecordsContract.Write(
                owner: sealed.place.owner, record: sealed.place.record,
                domain: sealed.place.domain, content: sealed.content))
    }

    /// Commits to a sealed later version; signed by the record's writer.
    package static func amend(_ sealed: SealedVersion) -> Call {
        Call(
            RecordsContract.self, "amend",
            RecordsContract.Amend(
                owner: sealed.place.owner, record: sealed.place.record, content: sealed.content))
    }

    /// Erases a record: nodes destroy its envelope and body; signed by the owner or the authority.
    package static func erase(_ record: Hash256, of owner: AccountID, reason: ReasonCode) -> Call {
        Call(
            RecordsContract.self, "erase",
            RecordsContract.Erase(owner: owner, record: record, reason: reason))
    }

    /// Keeps a record by law until a time; signed by its writer.
    package static func hold(
        _ record: Hash256, of owner: AccountID, reason: ReasonCode, until: Timestamp
    ) -> Call {
        Call(
            RecordsContract.self, "hold",
            RecordsContract.Hold(
                owner: owner, record: record, hold: RecordHold(reason: reason, until: until)))
    }
}

extension SealedVersion {
    /// What the chain keeps of this version.
    package var content: RecordContent {
        RecordContent(
            commitment: commitment, body: bodyAddress, envelope: envelopeAddress,
            epoch: place.epoch)
    }
}
