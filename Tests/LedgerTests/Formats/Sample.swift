import Base
import Cryptography
import Encoding
import Ledger
import Merkle

/// One value of each format, always the same: the worked examples of `docs/formats`.
///
/// Ed25519 keys only, as their signatures repeat.
struct Sample {
    let chain: TestChain
    let transaction: SignedTransaction
    let event: Event
    let entry: Entry
    let block: Block
    let receipt: Receipt
    let snapshot: TestSnapshot
    let prunedBlock: StoredBlock
    /// The end of epoch 0 of another chain, where one validator becomes two.
    let handoff: Handoff
    let change: ValidatorChange
    let epoch: ValidatorEpoch
    let finality: FinalitySample

    init() throws {
        chain = try TestChain(seed: 7)
        let sender = try chain.party()
        let first = ScratchExecutor.put("scratch/notes\0a", [1, 2, 3])
        try chain.commit([try chain.transaction([first], by: sender)])
        let call = ScratchExecutor.put("scratch/notes\0b", Array("hello".utf8))
        transaction = try chain.transaction([call], by: sender)
        let executed = try chain.commit([transaction])
        guard let block = chain.blocks.last, let bytes = block.entries.first,
            let event = executed.outcomes.first?.events.first
        else { throw Unexpected(what: "the sample block is empty") }
        entry = try Entry(decoding: bytes)
        self.event = event
        self.block = block
        receipt = try chain.receipt(rows: ["scratch/notes\0a", "scratch/notes\0c"])
        snapshot = try chain.snapshot()
        prunedBlock = StoredBlock(
            header: block.header, certificate: block.certificate,
            entries: [.dropped(leaf: LogHash.leaf(bytes, .sha256), retentionClass: "telemetry")])
        let changing = try TestChain(seed: 9)
        let two = changing.set.validators + [try changing.validator()]
        try changing.agree(on: two)
        try changing.confirm(two)
        guard let change = try changing.waiting() else { throw Unexpected(what: "no change") }
        try changing.advance(to: ValidatorSchedule.spanLength)
        guard let handoff = changing.handoffs.first else { throw Unexpected(what: "no handoff") }
        (self.change, self.handoff) = (change, handoff)
        epoch = try ValidatorTable.current(changing.genesis, in: changing.store)
        finality = try FinalitySample(chain: chain.genesis.id, transaction: transaction.bytes)
    }

    var trust: TrustFile { TrustFile(genesis: chain.genesis) }

    /// Every binary format with its name and a strict decoder that gives back what it read.
    var formats: [Format] {
        [
            Format("call", transaction.body.calls.first?.encoded, Call.self),
            Format("transaction body", transaction.body.encoded, TransactionBody.self),
            Format("signature", transaction.signatures.first?.encoded, TransactionSignature.self),
            Format("transaction", transaction.bytes) { bytes in
                do throws(TransactionError) {
                    return .success(try SignedTransaction(decoding: bytes).bytes)
                } catch {
                    if case .malformed(let error) = error { return .failure(error) }
                    return .failure(.outOfRange(offset: 0, field: "\(error)"))
                }
            },
            Format("event", event.encoded, Event.self),
            Format("entry", entry.encoded, Entry.self),
            Format("ordering position", block.header.position.encoded, OrderingPosition.self),
            Format("header", block.header.encoded, Header.self),
            Format("certificate", block.certificate.encoded, Certificate.self),
            Format("block", block.encoded, Block.self),
            Format("pruned block", prunedBlock.encoded, StoredBlock.self),
            Format("snapshot manifest", snapshot.manifest.encoded, SnapshotManifest.self),
            Format("state chunk", snapshot.chunks.first, SnapshotChunk.self),
            Format("transaction chunk", snapshot.chunks.last, SnapshotChunk.self),
            Format("state proof", receipt.state.first?.proof.encoded, StateProof.self),
            Format("receipt state", receipt.state.first?.encoded, ReceiptState.self),
            Format("receipt", receipt.encoded, Receipt.self),
            Format("validator", chain.genesis.validators.validators.first?.encoded, Validator.self),
            Format("validator set", chain.genesis.validators.encoded, ValidatorSet.self),
            Format("genesis", chain.genesis.encoded, Genesis.self),
            Format(
                "account keys", AccountKeys(keys: [chain.authority.key.publicKey]).encoded,
                AccountKeys.self),
            Format("validator epoch", epoch.encoded, ValidatorEpoch.self),
            Format("validator change", change.encoded, ValidatorChange.self),
            Format("handoff", handoff.encoded, Handoff.self),
        ] + finality.formats
    }
}

/// A binary format: its sample bytes, and a decoder that encodes again what it accepts.
struct Format: Sendable {
    let name: String
    let bytes: [UInt8]
    let recode: @Sendable ([UInt8]) -> Result<[UInt8], CBORError>

    init(
        _ name: String, _ bytes: [UInt8],
        recode: @escaping @Sendable ([UInt8]) -> Result<[UInt8], CBORError>
    ) {
        (self.name, self.bytes, self.recode) = (name, bytes, recode)
    }

    init<Value: CBORCodable>(_ name: String, _ bytes: [UInt8]?, _ type: Value.Type) {
        self.init(name, bytes ?? []) { bytes in
            do throws(CBORError) {
                return .success(try Value(decoding: bytes).encoded)
            } catch {
                return .failure(error)
            }
        }
    }
}
