import Base
import Cryptography
import Encoding
import Ledger
import Merkle
import Storage

/// A chain in memory with one validator or several, as a node would drive it.
final class TestChain {
    /// 2026-03-01T00:00:00Z.
    static let start = Timestamp(milliseconds: 1_772_323_200_000)

    let random: SeededRandom
    let authority: Party
    let genesis: Genesis
    let store = MemoryKeyValueStore()
    let tree: StateTree
    var replica: Replica
    var now = TestChain.start
    private(set) var blocks: [Block] = []
    private(set) var known: Set<TransactionID> = []
    /// Every validator set that was in force, by its digest.
    private var sets: [Hash256: ValidatorSet] = [:]
    private var validatorKeys: [PublicKey: SigningKey] = [:]

    /// Chains with the same seed have the same genesis document.
    init(
        seed: UInt64 = 1, hashSuite: HashSuite = .sha256, keys: SignatureSuite = .ed25519,
        weights: [UInt64] = [1]
    ) throws {
        random = SeededRandom(seed: seed)
        authority = try Party(keys, random: random)
        var parties = [authority]
        for _ in weights.dropFirst() { parties.append(try Party(keys, random: random)) }
        let validators = zip(parties, weights).map { party, weight in
            Validator(account: party.id, key: party.key.publicKey, weight: weight)
        }
        guard let set = ValidatorSet(validators) else { throw Unexpected(what: "no validators") }
        sets[set.digest] = set
        for party in parties { validatorKeys[party.key.publicKey] = party.key }
        genesis = Genesis(
            zone: "33", chain: "main", hashSuite: hashSuite, time: Self.start,
            authority: authority.id, validators: set)
        tree = StateTree(suite: hashSuite)
        replica = Replica(genesis: genesis, executor: ScratchExecutor())
    }

    func party(_ suite: SignatureSuite = .ed25519) throws -> Party {
        try Party(suite, random: random)
    }

    /// A validator whose key the chain can sign with.
    func validator(weight: UInt64 = 1, of account: AccountID? = nil) throws -> Validator {
        let party = try party()
        validatorKeys[party.key.publicKey] = party.key
        return Validator(
            account: account ?? party.id, key: party.key.publicKey, weight: weight)
    }

    func transaction(
        _ calls: [Call], by sender: Party, with others: [Party] = [], validFor heights: UInt64 = 100
    ) throws -> SignedTransaction {
        let body = TransactionBody(
            chain: replica.chain, sender: sender.id, nonce: random.bytes(16),
            validUntil: replica.head.height + heights, calls: calls)
        return try SignedTransaction(signing: body, with: ([sender] + others).map(\.signer))
    }

    /// Runs a batch without adopting it; the tree is left as execution left it.
    func execute(
        _ batch: [SignedTransaction], allowsEmpty: Bool = false
    ) throws -> ExecutedBlock {
        let known = known
        let last = replica.head.position.last
        let block = try replica.execute(
            batch, position: OrderingPosition(stream: 0, first: last + 1, last: last + 1),
            time: now, base: store, tree: tree, allowsEmpty: allowsEmpty
        ) { (id) throws(StorageError) in known.contains(id) }
        guard let block else { throw Unexpected(what: "an empty block") }
        return block
    }

    /// Runs a batch, certifies it and makes it part of the chain; a second passes.
    @discardableResult
    func commit(
        _ batch: [SignedTransaction], allowsEmpty: Bool = false
    ) throws -> ExecutedBlock {
        let executed = try execute(batch, allowsEmpty: allowsEmpty)
        try write(executed)
        replica.adopt(executed)
        sets[executed.nextValidators.digest] = executed.nextValidators
        blocks.append(
            Block(
                header: executed.header, certificate: try certify(executed.header),
                entries: executed.entries))
        known.formUnion(executed.included)
        now = now.advanced(bySeconds: 1)
        return executed
    }

    /// Runs a block of another chain again, as a node does after a crash.
    @discardableResult
    func replay(_ block: Block) throws -> ExecutedBlock {
        let executed = try replica.replay(block, base: store, tree: tree)
        try write(executed)
        blocks.append(block)
        known.formUnion(executed.included)
        return executed
    }

    private func write(_ executed: ExecutedBlock) throws {
        var batch = WriteBatch()
        for (key, value) in executed.changes {
            if let value { batch.put(key, value) } else { batch.delete(key) }
        }
        try store.write(batch)
    }

    /// The certificate of a header's validators, all or some of them.
    func certify(_ header: Header, by indices: [Int]? = nil) throws -> Certificate {
        guard let set = sets[header.validators] else { throw Unexpected(what: "another set") }
        let digest = header.digest(genesis.hashSuite)
        let vote = Vote(
            chain: header.chain, epoch: header.epoch, validators: header.validators,
            height: header.height, view: 0, phase: .commit, header: digest)
        let signatures = try (indices ?? Array(set.validators.indices)).map { index in
            guard let key = validatorKeys[set.validators[index].key] else {
                throw Unexpected(what: "a validator's key")
            }
            return (index: index, bytes: try key.sign(vote.message))
        }
        return Certificate(
            header: digest, view: 0, signatures: signatures, of: set.validators.count)
    }

    /// The handoffs at the ends of all epochs so far.
    var handoffs: [Handoff] {
        blocks.filter(\.header.endsEpoch).compactMap { block in
            sets[block.header.nextValidators].map { next in
                Handoff(
                    header: block.header, certificate: block.certificate, validators: next)
            }
        }
    }

    /// A receipt for an entry of the newest block that holds one entry only.
    func receipt(rows: [String] = []) throws -> Receipt {
        guard let block = blocks.last, block.entries.count == 1, let entry = block.entries.first
        else { throw Unexpected(what: "the newest block has other than one entry") }
        let suite = genesis.hashSuite
        let leaves = blocks.flatMap(\.entries).map { LogHash.leaf($0, suite) }
        let nodes = LeafNodes(leaves: leaves, suite: suite)
        guard
            let path = LogProver.inclusion(
                index: block.firstIndex, size: UInt64(leaves.count), from: nodes, suite)
        else { throw Unexpected(what: "no inclusion proof") }
        let state = try rows.map { row in
            let key = Array(row.utf8)
            let treeKey = StateKeys.treeKey(key, suite)
            guard let proof = tree.proof(for: treeKey, at: tree.latestVersion) else {
                throw Unexpected(what: "no state proof")
            }
            return ReceiptState(key: key, value: try store.value(for: key), proof: proof)
        }
        return Receipt(
            entry: entry, index: block.firstIndex, path: path, header: block.header,
            certificate: block.certificate, state: state)
    }
}

/// Complete subtrees over leaves in memory.
private struct LeafNodes: LogNodeReader {
    let leaves: [Hash256]
    let suite: HashSuite

    func node(level: Int, index: UInt64) -> Hash256? {
        guard level > 0 else {
            return index < UInt64(leaves.count) ? leaves[Int(index)] : nil
        }
        guard let left = node(level: level - 1, index: 2 * index),
            let right = node(level: level - 1, index: 2 * index + 1)
        else { return nil }
        return LogHash.node(left, right, suite)
    }
}
