import Sandbox
import Agent
import Base
import ContractKit
import Cryptography
import FHIRModel
import Keys
import Ledger
import Membership
import Node
import Records

/// A zone of one hospital that owns and writes its records: the least that a load needs.
struct TestHospital {
    /// A record version whose body and envelope a test made up.
    struct Sample: Sendable {
        let record: Hash256
        let body: [UInt8]
        let envelope: [UInt8]

        init(_ random: any RandomSource) {
            record = random.hash256()
            body = random.bytes(200)
            envelope = random.bytes(100)
        }
    }

    /// One signed transaction that writes one record.
    struct Write: Sendable {
        let transaction: SignedTransaction
        let record: Hash256

        var id: TransactionID { transaction.id }
    }

    let genesis: Genesis
    let signer: Signer
    let random: any RandomSource
    let authority: Signer
    let validator: SigningKey

    var account: AccountID { signer.account }

    init(seed: UInt64) throws {
        random = SeededRandom(seed: seed)
        authority = Signer(founding: try SigningKey(suite: .ed25519, random: random))
        signer = Signer(founding: try SigningKey(suite: .ed25519, random: random))
        validator = try SigningKey(suite: .ed25519, random: random)
        guard
            let validators = ValidatorSet([
                Validator(account: signer.account, key: validator.publicKey, weight: 1)
            ])
        else { throw Refusal("test.validators", "no set", "无") }
        genesis = Genesis(
            zone: "33", chain: "main", hashSuite: .sha256, time: Timestamp(milliseconds: 0),
            authority: authority.account, validators: validators)
    }

    var configuration: NodeConfiguration {
        NodeConfiguration(
            genesis: genesis, validator: validator, operatorAccount: account,
            operatorKey: signer.key)
    }

    /// Writes the keys and the genesis document of a node of this zone.
    func makeFolder(_ path: String) throws -> NodeFolder {
        let folder = NodeFolder(path)
        try folder.create(
            genesis: genesis, validator: NodeKeyFile(account: account, key: validator),
            operatorKey: NodeKeyFile(account: account, key: signer.key))
        return folder
    }

    func sign(_ calls: [Call], by signer: Signer? = nil, head: UInt64) throws -> SignedTransaction {
        try TransactionBuilder(
            chain: genesis.id, validity: LedgerLimits.validityHeights, random: random
        ).sign(calls, by: signer ?? self.signer, head: head)
    }

    /// What makes the hospital a member with a key for its directory.
    func founding() throws -> [SignedTransaction] {
        guard let code = SocialCreditCode(completing: "12330000MC0000001") else {
            throw Refusal("test.code", "no code", "无")
        }
        let reading = try KeyAgreementKey(random: random).publicKey
        let domain = try KeyAgreementKey(random: random).publicKey
        let admit = MemberCalls.admit(
            account, name: "Test Hospital", code: code.text, kind: .hospital, readingKey: reading)
        let publish = Call(
            KeysContract.self, "publish",
            KeysContract.Publish(domain: Domain.directory.rawValue, epoch: 1, key: domain))
        return [
            try sign([admit], by: authority, head: 0), try sign([publish], head: 0),
        ]
    }

    /// A write of a record; its blobs need not be in the vault.
    func write(_ sample: Sample, head: UInt64) throws -> Write {
        let content = RecordContent(
            commitment: random.hash256(), body: HashSuite.sha256.hash(sample.body),
            envelope: HashSuite.sha256.hash(sample.envelope), epoch: 1)
        let call = Call(
            RecordsContract.self, "write",
            RecordsContract.Write(
                owner: account, record: sample.record, domain: .directory, content: content))
        return Write(transaction: try sign([call], head: head), record: sample.record)
    }

    func writes(_ count: Int, head: UInt64) throws -> [Write] {
        try (0..<count).map { _ in try write(Sample(random), head: head) }
    }

    /// Sends transactions and waits for what became of each.
    func submit(_ transactions: [SignedTransaction], to node: Node) throws -> [TransactionVerdict] {
        try NodePort(node: node, account: account).submit(transactions)
    }
}
