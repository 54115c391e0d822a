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

    /// A trust file that is read founds the chain it names.
    static let trust = FuzzTarget(name: "trust", seeds: [Sample.trust?.text ?? []]) { bytes in
        guard let trust = try? TrustFile(parsing: bytes) else { return false }
        precondition((try? TrustFile(parsing: trust.text)) == trust)
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
        let vote = Vote(
            chain: header.chain, epoch: 0, validators: header.validators, height: 1, view: 0,
            phase: .commit, header: header.digest(suite))
        guard let signature = try? key.sign(vote.message) else { return [] }
        let certificate = Certificate(
            header: header.digest(suite), view: 0, signatures: [(0, signature)], of: 1)
        return Receipt(
            entry: entry, index: 0, path: InclusionProof(path: []), header: header,
            certificate: certificate, state: []
        ).encoded
    }()
}
