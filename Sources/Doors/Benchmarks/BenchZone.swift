import Base
import Cryptography
import Encoding
import Ledger
import Node
import Records
import Storage
import Synchronization
import System

/// A zone with one hospital that writes its own records: the least that a commitment needs.
struct BenchZone {
    let genesis: Genesis
    let authority: SigningKey
    let hospital: SigningKey
    let validator: SigningKey
    let random: any RandomSource

    var hospitalAccount: AccountID { AccountID(foundedBy: hospital.publicKey) }

    init(seed: UInt64) throws {
        random = SeededRandom(seed: seed)
        authority = try SigningKey(suite: .ed25519, random: random)
        hospital = try SigningKey(suite: .ed25519, random: random)
        validator = try SigningKey(suite: .ed25519, random: random)
        let account = AccountID(foundedBy: authority.publicKey)
        guard
            let validators = ValidatorSet([
                Validator(account: account, key: validator.publicKey, weight: 1)
            ])
        else { preconditionFailure("one validator is a set") }
        genesis = Genesis(
            zone: "33", chain: "main", hashSuite: .sha256, time: Timestamp(milliseconds: 0),
            authority: account, validators: validators)
    }

    var configuration: NodeConfiguration {
        NodeConfiguration(
            genesis: genesis, validator: validator, operatorAccount: hospitalAccount,
            operatorKey: hospital)
    }

    func sign(_ calls: [Call], by key: SigningKey, height: UInt64 = 0) throws -> [UInt8] {
        let account = AccountID(foundedBy: key.publicKey)
        let body = TransactionBody(
            chain: genesis.id, sender: account,
            nonce: random.bytes(LedgerLimits.nonceByteCount),
            validUntil: height + LedgerLimits.validityHeights, calls: calls)
        return try SignedTransaction(signing: body, with: [(account, key)]).bytes
    }

    /// The transactions that make the hospital a member with a key for its directory.
    func founding() throws -> [[UInt8]] {
        let reading = try KeyAgreementKey(random: random).publicKey
        let domain = try KeyAgreementKey(random: random).publicKey
        return try BenchCalls.founding(
            zone: self, readingKey: reading, domainKey: domain)
    }

    /// Fills the state with transactions of many calls each, which need few signatures.
    func grow(to size: Int, _ submission: Submission) throws {
        let perTransaction = 48
        var keys = 0
        while keys < size {
            var batch: [[UInt8]] = []
            while keys < size, batch.count < 256 {
                let calls = (0..<perTransaction).map { _ in BenchCalls.call(write()) }
                batch.append(
                    try sign(calls, by: hospital, height: submission.node.head.height))
                keys += perTransaction * BenchCalls.rowsPerWrite
            }
            _ = try submission.run(batch)
        }
    }

    /// A write of one commitment.
    func write() -> RecordsContract.Write {
        BenchCalls.write(owner: hospitalAccount, random: random)
    }
}
