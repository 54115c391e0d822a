package import Base
package import Cryptography
package import Encoding
package import FHIRModel
package import Ledger

/// One fact that an agent must not forget.
///
/// Bytes: an array whose first field is the entry's number.
///
/// | number | entry | fields |
/// |---|---|---|
/// | 1 | hosted wallet | root seed (32), pseudonym |
/// | 2 | patient | keyed digest of an identifier (32), its kind, pseudonym, hosted |
/// | 3 | import begun | keyed digest of the file (32), time |
/// | 4 | import finished | keyed digest of the file (32), records, [[owner, manifest]], time |
/// | 5 | epoch seed | owner, domain, epoch, seed (32) |
/// | 6 | shared reading key | account, seed (32) |
package enum JournalEntry: Sendable, CBORCodable {
    /// A resident's root seed that this institution keeps for them.
    case hostedWallet(root: SecretBytes, pseudonym: AccountID)
    /// A patient of this institution, under one of their identifiers.
    case patient(PatientKey, pseudonym: AccountID, isHosted: Bool)
    case importBegun(file: Hash256, time: Timestamp)
    case importFinished(ImportSummary)
    /// A key that a reader was given by access code.
    case epochSeed(EpochKeyName, seed: SecretBytes)
    /// The reading key that an institution shares with its practitioner.
    case sharedReadingKey(account: AccountID, seed: SecretBytes)

    package func encode(to writer: inout CBORWriter) {
        switch self {
        case .hostedWallet(let root, let pseudonym):
            writer.array(3)
            writer.unsigned(1)
            writer.byteString(root.copyBytes())
            pseudonym.encode(to: &writer)
        case .patient(let key, let pseudonym, let isHosted):
            writer.array(5)
            writer.unsigned(2)
            writer.hash(key.digest)
            writer.unsigned(UInt64(key.kind.rawValue))
            pseudonym.encode(to: &writer)
            writer.bool(isHosted)
        case .importBegun(let file, let time):
            writer.array(3)
            writer.unsigned(3)
            writer.hash(file)
            writer.unsigned(time.milliseconds)
        case .importFinished(let summary):
            writer.array(5)
            writer.unsigned(4)
            writer.hash(summary.file)
            writer.unsigned(summary.recordCount)
            writer.list(summary.manifests) { writer, manifest in
                writer.array(2)
                manifest.owner.encode(to: &writer)
                writer.hash(manifest.record)
            }
            writer.unsigned(summary.time.milliseconds)
        case .epochSeed(let name, let seed):
            writer.array(5)
            writer.unsigned(5)
            name.owner.encode(to: &writer)
            writer.unsigned(UInt64(name.domain.rawValue))
            writer.unsigned(name.epoch)
            writer.byteString(seed.copyBytes())
        case .sharedReadingKey(let account, let seed):
            writer.array(3)
            writer.unsigned(6)
            account.encode(to: &writer)
            writer.byteString(seed.copyBytes())
        }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        let start = reader.offset
        let count = try reader.array(atMost: 8)
        let number = try reader.unsigned()
        switch (number, count) {
        case (1, 3):
            let root = try reader.secret()
            self = .hostedWallet(root: root, pseudonym: try AccountID(from: &reader))
        case (2, 5):
            let key = try PatientKey(fieldsOf: &reader)
            let pseudonym = try AccountID(from: &reader)
            self = .patient(key, pseudonym: pseudonym, isHosted: try reader.bool())
        case (3, 3):
            let file = try reader.hash()
            self = .importBegun(file: file, time: Timestamp(milliseconds: try reader.unsigned()))
        case (4, 5):
            self = .importFinished(try ImportSummary(fieldsOf: &reader))
        case (5, 5):
            let owner = try AccountID(from: &reader)
            let domain = try reader.domain()
            let name = EpochKeyName(owner: owner, domain: domain, epoch: try reader.unsigned())
            self = .epochSeed(name, seed: try reader.secret())
        case (6, 3):
            let account = try AccountID(from: &reader)
            self = .sharedReadingKey(account: account, seed: try reader.secret())
        default:
            throw .outOfRange(offset: start, field: "journal entry")
        }
    }
}

/// One owner's key of one domain and epoch.
package struct EpochKeyName: Hashable, Sendable {
    package let owner: AccountID
    package let domain: Domain
    package let epoch: UInt64

    package init(owner: AccountID, domain: Domain, epoch: UInt64) {
        (self.owner, self.domain, self.epoch) = (owner, domain, epoch)
    }
}

/// What an import brought onto the chain.
package struct ImportSummary: Hashable, Sendable {
    /// A bundle's record at its owner.
    package struct Manifest: Hashable, Sendable {
        package let owner: AccountID
        package let record: Hash256

        package init(owner: AccountID, record: Hash256) {
            (self.owner, self.record) = (owner, record)
        }
    }

    /// Keyed digest of the file: says nothing to those without the registry secret.
    package let file: Hash256
    package let recordCount: UInt64
    package let manifests: [Manifest]
    package let time: Timestamp

    package init(file: Hash256, recordCount: UInt64, manifests: [Manifest], time: Timestamp) {
        (self.file, self.recordCount, self.manifests) = (file, recordCount, manifests)
        self.time = time
    }

    init(fieldsOf reader: inout CBORReader) throws(CBORError) {
        file = try reader.hash()
        recordCount = try reader.unsigned()
        manifests = try reader.list(atMost: 4096) { (reader) throws(CBORError) in
            try reader.structure(2, "manifest")
            let owner = try AccountID(from: &reader)
            return Manifest(owner: owner, record: try reader.hash())
        }
        time = Timestamp(milliseconds: try reader.unsigned())
    }
}

extension CBORReader {
    /// 32 secret bytes.
    mutating func secret() throws(CBORError) -> SecretBytes {
        SecretBytes(copying: try byteString(count: Identity.secretCount))
    }

    /// A domain's number.
    mutating func domain() throws(CBORError) -> Domain {
        let start = offset
        guard let domain = Domain(rawValue: UInt8(try unsigned(atMost: 255, field: "domain")))
        else { throw .outOfRange(offset: start, field: "domain") }
        return domain
    }
}
