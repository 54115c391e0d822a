package import Base
package import FHIRModel
package import Ledger
package import Membership

/// What a node says about its zone and chain.
package struct ChainFacts: Hashable, Sendable {
    /// The chain's identifier: compare it with the trust file.
    package let chain: Hash256
    package let height: UInt64
    package let time: Timestamp

    package init(chain: Hash256, height: UInt64, time: Timestamp) {
        (self.chain, self.height, self.time) = (chain, height, time)
    }
}

/// What became of a transaction.
package struct TransactionVerdict: Hashable, Sendable {
    package enum Outcome: Hashable, Sendable {
        /// In the pool; not final yet.
        case received
        /// On the chain for good; with the contract's code when its calls failed.
        case final(height: UInt64, index: UInt64, failure: Refusal?)
        /// Not accepted; nothing was kept.
        case refused(Refusal)
    }

    package let id: TransactionID
    package let outcome: Outcome

    package init(id: TransactionID, outcome: Outcome) { (self.id, self.outcome) = (id, outcome) }

    /// Why it did not take effect; nil when it did, or may yet.
    package var refusal: Refusal? {
        switch outcome {
        case .received, .final(_, _, nil): nil
        case .final(_, _, let failure?): failure
        case .refused(let refusal): refusal
        }
    }
}

/// A member as the directory shows it.
package struct MemberFacts: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case institution, practitioner, resident
    }

    package let kind: Kind
    package let status: MemberStatus
    /// The employer of a practitioner, the registrar of a resident.
    package let institution: AccountID?
    package let roles: [PractitionerRole]
    /// Nil for residents.
    package let readingKey: [UInt8]?
    /// Of institutions.
    package let name: String?

    package init(
        kind: Kind, status: MemberStatus, institution: AccountID? = nil,
        roles: [PractitionerRole] = [], readingKey: [UInt8]? = nil, name: String? = nil
    ) {
        (self.kind, self.status, self.institution) = (kind, status, institution)
        (self.roles, self.readingKey, self.name) = (roles, readingKey, name)
    }
}

/// An owner's public key of one domain and epoch.
package struct PublishedKey: Hashable, Sendable {
    package let epoch: UInt64
    /// X25519, 32 bytes.
    package let key: [UInt8]

    package init(epoch: UInt64, key: [UInt8]) { (self.epoch, self.key) = (epoch, key) }
}

/// A record in a list, without its content.
package struct RecordFacts: Hashable, Sendable {
    package let record: Hash256
    package let domain: Domain
    package let versions: UInt64
    package let writer: AccountID

    package init(record: Hash256, domain: Domain, versions: UInt64, writer: AccountID) {
        (self.record, self.domain) = (record, domain)
        (self.versions, self.writer) = (versions, writer)
    }
}

/// A sealed epoch seed that came with a record.
package enum ServedKey: Hashable, Sendable {
    /// Sealed to the reader's reading key.
    case grant(sealed: [UInt8])
    /// Sealed under an access code, which this account names.
    case code(AccountID, sealed: [UInt8])
}

/// The node's answer about one record.
package struct ServedRecord: Hashable, Sendable {
    /// What an allowed read brings.
    package struct Content: Hashable, Sendable {
        package let place: RecordPlace
        package let writer: AccountID
        package let commitment: Hash256
        package let body: [UInt8]
        package let envelope: [UInt8]
        package let keys: [ServedKey]
        /// The transaction that wrote the version, for its receipt; nil where nobody asks for one.
        package let transaction: TransactionID?

        package init(
            place: RecordPlace, writer: AccountID, commitment: Hash256, body: [UInt8],
            envelope: [UInt8], keys: [ServedKey], transaction: TransactionID? = nil
        ) {
            (self.place, self.writer, self.commitment) = (place, writer, commitment)
            (self.body, self.envelope, self.keys) = (body, envelope, keys)
            self.transaction = transaction
        }
    }

    package let record: Hash256
    /// Nil when the read was refused.
    package let content: Content?
    /// Why it was allowed or refused.
    package let reasons: [Refusal]

    package init(record: Hash256, content: Content?, reasons: [Refusal]) {
        (self.record, self.content, self.reasons) = (record, content, reasons)
    }
}

/// An access code as the chain shows it.
package struct AccessCodeFacts: Hashable, Sendable {
    package struct Key: Hashable, Sendable {
        package let domain: Domain
        package let epoch: UInt64
        package let sealed: [UInt8]

        package init(domain: Domain, epoch: UInt64, sealed: [UInt8]) {
            (self.domain, self.epoch, self.sealed) = (domain, epoch, sealed)
        }
    }

    package let owner: AccountID
    package let keys: [Key]

    package init(owner: AccountID, keys: [Key]) { (self.owner, self.keys) = (owner, keys) }
}
