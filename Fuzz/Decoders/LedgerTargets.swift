import Base
import Cryptography
import Encoding
import Ledger
import Merkle

extension FuzzTarget {
    /// A transaction that decodes has no second encoding, and checking signatures never traps.
    static let transaction = FuzzTarget(name: "transaction", seeds: [Sample.transaction]) { bytes in
        guard let transaction = try? SignedTransaction(decoding: bytes) else { return false }
        var writer = CBORWriter()
        writer.array(2)
        writer.byteString(transaction.body.encoded)
        writer.list(transaction.signatures) { $1.encode(to: &$0) }
        precondition(writer.bytes == bytes)
        _ = transaction.hasValidSignatures
        return true
    }

    /// A receipt that decodes has no second encoding; only the sample's own bytes verify.
    static let receipt = FuzzTarget(name: "receipt", seeds: [Sample.receipt]) { bytes in
        if let receipt = try? Receipt(decoding: bytes) { precondition(receipt.encoded == bytes) }
        guard let trust = Sample.trust,
            (try? VerifiedReceipt(decoding: bytes, trust: trust)) != nil
        else { return false }
        precondition(bytes == Sample.receipt)
        return true
    }

    /// A trust file that is read founds the chain it names, and each epoch follows from the last.
    static let trust = FuzzTarget(
        name: "trust", seeds: [Sample.trust?.text ?? [], Sample.extendedTrust?.text ?? []]
    ) { bytes in
        guard let trust = try? TrustFile(parsing: bytes) else { return false }
        precondition((try? TrustFile(parsing: trust.text)) == trust)
        let genesis = TrustFile(genesis: trust.genesis)
        precondition((try? genesis.extended(by: trust.handoffs)) == trust)
        precondition(trust.lastEpoch.epoch == UInt64(trust.handoffs.count))
        return true
    }

    /// A handoff that decodes has no second encoding.
    static let handoff = FuzzTarget(
        name: "handoff", seeds: [Sample.extendedTrust?.handoffs.first?.encoded ?? []]
    ) { bytes in
        guard let handoff = try? Handoff(decoding: bytes) else { return false }
        precondition(handoff.encoded == bytes)
        return true
    }
}

/// A small chain of one entry, the same in every run.
enum Sample {
    private static let suite = HashSuite.sha256
    private static let random = SeededRandom(seed: 1)
    private static let key = try? SigningKey(suite: .ed25519, random: random)

    static let trust: TrustFile? = {
        guard let key else { return nil }
        let account = AccountID(foundedBy: key.publicKey)
        let validator = Validator(account: account, key: key.publicKey, weight: 1)
        guard let set = ValidatorSet([validator]) else { return nil }
        return TrustFile(
            genesis: Genesis(
                zone: "33", chain: "main", hashSuite: suite,
                time: Timestamp(milliseconds: 1_700_000_000_000), authority: account,
                validators: set))
    }()

    /// The same with one handoff: the validator's weight becomes 2.
    static let extendedTrust: TrustFile? = {
        guard let key, let trust, let old = trust.genesis.validators.validators.first,
            let next = ValidatorSet([
                Validator(account: old.account, key: old.key, weight: 2)
            ])
        else { return nil }
        let genesis = trust.genesis
        let header = Header(
            zone: genesis.zone, chain: genesis.id, epoch: 0, height: 16, parent: .zero,
            logSize: 1, logRoot: .zero, stateRoot: .zero, time: genesis.time,
            position: OrderingPosition(stream: 0, first: 0, last: 0),
            validators: genesis.validators.digest, nextValidators: next.digest, contracts: .zero)
        guard let certificate = certificate(header, by: key) else { return nil }
        return try? trust.extended(by: [
            Handoff(header: header, certificate: certificate, validators: next)
        ])
    }()

    private static func certificate(_ header: Header, by key: SigningKey) -> Certificate? {
        let vote = Vote(
            chain: header.chain, epoch: header.epoch, validators: header.validators,
            height: header.height, view: 0, phase: .commit, header: header.digest(suite))
        guard let signature = try? key.sign(vote.message) else { return nil }
        return Certificate(
            header: header.digest(suite), view: 0, signatures: [(0, signature)], of: 1)
    }

    static let transaction: [UInt8] = {
        guard let key, let genesis = trust?.genesis else { return [] }
        let body = TransactionBody(
            chain: genesis.id, sender: genesis.authority, nonce: random.bytes(16), validUntil: 9,
            calls: [Call(module: "records", name: "write", arguments: [0x80])])
        return (try? SignedTransaction(signing: body, with: [(genesis.authority, key)]))?.bytes
            ?? []
    }()

    static let receipt: [UInt8] = {
        guard let key, let genesis = trust?.genesis else { return [] }
        let entry = Entry(
            transaction: transaction, outcome: Outcome(failure: nil, events: [], writes: .zero)
        ).encoded
        let header = Header(
            zone: genesis.zone, chain: genesis.id, epoch: 0, height: 1, parent: .zero, logSize: 1,
            logRoot: LogHash.leaf(entry, suite), stateRoot: .zero, time: genesis.time,
            position: OrderingPosition(stream: 0, first: 0, last: 0),
            validators: genesis.validators.digest, nextValidators: genesis.validators.digest,
            contracts: .zero)
        guard let certificate = certificate(header, by: key) else { return [] }
        return Receipt(
            entry: entry, index: 0, path: InclusionProof(path: []), header: header,
            certificate: certificate, state: []
        ).encoded
    }()
}
