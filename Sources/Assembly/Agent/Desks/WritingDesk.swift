package import Base
package import ContractKit
package import Cryptography
package import Encoding
package import FHIRModel
package import Ledger
package import System

/// One version of a record that is to be sealed and written.
package struct RecordDraft: Sendable {
    package let owner: AccountID
    package let domain: Domain
    package let record: Hash256
    /// 1 writes the record; a later one, which is the next, amends it.
    package let version: UInt64
    package let payload: RecordPayload

    package init(
        owner: AccountID, domain: Domain, record: Hash256, version: UInt64, payload: RecordPayload
    ) {
        (self.owner, self.domain, self.record) = (owner, domain, record)
        (self.version, self.payload) = (version, payload)
    }
}

/// Where an institution that serves records itself writes: versions of records, one by one or
/// together, and the enrolment of patients.
package final class WritingDesk: Sendable {
    /// The institution's account.
    package let account: AccountID
    private let secret: SecretBytes
    private let names: PatientNames
    private let enroller: ResidentEnroller
    private let writer: RecordWriter
    private let owners: OwnerDirectory
    private let builder: TransactionBuilder

    /// A desk for the institution whose store it is.
    ///
    /// The suite is the zone's cipher. The pool seals; the caller's thread works too.
    package init(
        store: AgentStore, port: any LedgerPort, chain: Hash256, suite: CipherSuite,
        options: ImportOptions, pool: WorkerPool, random: any RandomSource
    ) throws(ImportFailure) {
        let parts = try InstitutionParts(
            store: store, port: port, chain: chain, suite: suite, options: options, pool: pool,
            random: random)
        (account, secret, builder) = (parts.account, parts.registrySecret, parts.builder)
        (enroller, owners) = (parts.enroller, parts.owners)
        names = PatientNames(source: options.source, secret: parts.registrySecret)
        var writer = parts.writer
        writer.mixesOwners = true
        self.writer = writer
    }

    /// The pseudonym of each patient, whom it enrols with a hosted wallet if new.
    ///
    /// - Parameter patients: Patient resources; each has an identifier or an id.
    package func enrol(_ patients: [JSONElement]) throws(ImportFailure) -> [AccountID] {
        var roster = PatientRoster()
        var places: [Int] = []
        for (index, patient) in patients.enumerated() {
            guard let handle = names.handle(of: patient) else {
                throw .patientUnidentified(entry: index)
            }
            guard let place = roster.index(of: handle) else {
                throw .patientAmbiguous(entry: index)
            }
            places.append(place)
        }
        let (pseudonyms, _) = try enroller.resolve(roster)
        return places.map { pseudonyms[$0] }
    }

    /// Writes versions and waits until all are final.
    ///
    /// Up to 64 drafts become one transaction: they succeed or fail together. Of more, earlier
    /// ones may be final when a later one fails. A record that was written before with the same
    /// identifier counts as written.
    /// - Parameter done: gets the record of each draft that is final, and its transaction, which
    ///   is nil for a record that was there already.
    package func write(
        _ drafts: [RecordDraft], done: (Hash256, TransactionID?) -> Void
    ) throws(ImportFailure) {
        let jobs = drafts.map {
            WriteJob(
                owner: $0.owner, domain: $0.domain, record: $0.record, version: $0.version,
                payload: $0.payload, entry: nil)
        }
        _ = try writer.write(jobs) { job, transaction in done(job.record, transaction) }
    }

    /// Destroys the keys of records whose owners' wallets are kept here.
    ///
    /// - Throws: ``ImportFailure/keyMissing(_:)`` when a resident keeps the wallet: only they, or
    ///   the authority, erase.
    package func erase(
        _ records: [(owner: AccountID, domain: Domain, record: Hash256)], reason: ReasonCode
    ) throws(ImportFailure) {
        let head = try owners.height()
        var transactions: [SignedTransaction] = []
        for (owner, domain, record) in records {
            guard let keys = try owners.secrets(of: owner) else { throw .keyMissing(domain) }
            do throws(CryptographyError) {
                transactions.append(
                    try builder.sign(
                        [RecordCalls.erase(record, of: owner, reason: reason)], by: keys.signer,
                        head: head))
            } catch { throw .cryptography(error) }
        }
        try owners.send(transactions)
    }

    /// 256 bits that follow from a name, a content and the institution's secret, so that nobody
    /// else can predict them and a repetition meets what it wrote before.
    package func recordID(_ name: String, content: [UInt8]) -> Hash256 {
        HashSuite.sha256.authenticationCode(
            key: secret,
            Array("kanglian/fhir-record/1\0".utf8) + HashSuite.sha256.hash(content).bytes
                + Array(name.utf8))
    }

    /// The key of an institution's own files of one kind.
    package func fileKey(_ label: String) -> SecretBytes {
        KeyDerivation.derive(secret, label: "kanglian/" + label)
    }
}
