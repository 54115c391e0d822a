import Agent
import Base
import ContractKit
import Cryptography
import Encoding
import Governance
import Ledger
import Merkle
import Node
import Storage
import Testing

/// A single node goes on through epochs as long as its keys are a quorum, and stops when not.
@Suite
struct EpochNodeTests {
    private let machine: SimulatedMachine
    private let node: Node

    private var hospital: TestHospital { machine.hospital }

    init() throws {
        machine = try SimulatedMachine(seed: 31)
        machine.nextValidator = try SigningKey(suite: .ed25519, random: SeededRandom(seed: 32))
        node = try machine.start()
        for transaction in try hospital.founding() {
            #expect(try hospital.submit([transaction], to: node).allSatisfy { $0.refusal == nil })
        }
    }

    @discardableResult
    private func send(_ call: Call, to node: Node) throws -> SignedTransaction {
        let transaction = try hospital.sign([call], head: node.head.height)
        for verdict in try hospital.submit([transaction], to: node) {
            if let refusal = verdict.refusal { throw refusal }
        }
        return transaction
    }

    /// Says that the hospital is ready for the change that waits, by the given key.
    private func ready(_ key: SigningKey, _ node: Node) throws {
        let change = try #require(try GovernanceQueries.waiting(in: node.state()))
        let statement = ReadyStatement(
            chain: hospital.genesis.id, change: change, account: hospital.account)
        try send(try GovernanceCalls.ready(statement, key: key), to: node)
    }

    /// Writes until the last block of a span.
    private func finishSpan(_ node: Node) throws {
        repeat {
            let write = try hospital.writes(1, head: node.head.height)
            let verdicts = try hospital.submit(write.map(\.transaction), to: node)
            try #require(verdicts.allSatisfy { $0.refusal == nil })
        } while !ValidatorSchedule.isEnd(node.head.height)
    }

    /// Two epochs after epoch 0: another weight, then the next key.
    private func passEpochs(_ node: Node) throws {
        try send(GovernanceCalls.propose([.reweigh(hospital.account, 5)]), to: node)
        try ready(hospital.validator, node)
        try finishSpan(node)
        #expect(node.head.epoch == 1)
        let next = try #require(machine.nextValidator)
        try send(GovernanceCalls.rotate(to: next.publicKey), to: node)
        try ready(next, node)
        try finishSpan(node)
        #expect(node.head.epoch == 2)
        let write = try hospital.writes(1, head: node.head.height)
        #expect(
            try hospital.submit(write.map(\.transaction), to: node)
                .allSatisfy { $0.refusal == nil })
    }

    @Test func `epochs pass, a restart and a replay come to the same head`() throws {
        try passEpochs(node)
        node.shutdown()
        let head = node.head
        for remembered in SimulatedMachine.Remembered.allCases {
            machine.restart(.process, store: remembered)
            let again = try machine.start()
            #expect(again.head == head)
            #expect(again.head.validators.validators.map(\.weight) == [5])
            again.shutdown()
        }
        // The old key is no validator's any more, the new one alone is enough.
        machine.nextValidator = nil
        machine.restart(.process)
        #expect(throws: NodeError.notValidator) { _ = try machine.start() }
    }

    /// Whether a receipt verifies; if not, it must be because the file is too old.
    private func isAccepted(_ receipt: [UInt8], by trust: TrustFile) -> Bool {
        do throws(ReceiptFailure) {
            _ = try VerifiedReceipt(decoding: receipt, trust: trust)
            return true
        } catch {
            #expect(error.refusal.code == "receipt.trust-file-old")
            return false
        }
    }

    @Test func `the trust file grows with the epochs, and receipts of each verify with it`() throws
    {
        let before = try node.trustFile()
        #expect(before == TrustFile(genesis: hospital.genesis))
        let early = try hospital.writes(1, head: node.head.height)[0]
        _ = try hospital.submit([early.transaction], to: node)
        try passEpochs(node)
        let late = try hospital.writes(1, head: node.head.height)[0]
        _ = try hospital.submit([late.transaction], to: node)
        let after = try node.trustFile()
        #expect(after.handoffs.map(\.header.epoch) == [0, 1])
        #expect(try TrustFile(parsing: after.text) == after)
        #expect(after.lastEpoch.validators == node.head.validators)
        let key = [UInt8]("membership/none".utf8)
        for (write, isEarly) in [(early, true), (late, false)] {
            let receipt = try #require(try node.receipt(for: write.id)).encoded
            _ = try VerifiedReceipt(decoding: receipt, trust: after)
            // With a state proof the header is the newest block's, whatever the entry's age.
            let newest = try #require(try node.receipt(for: write.id, stateKeys: [key])).encoded
            _ = try VerifiedReceipt(decoding: newest, trust: after)
            #expect(isAccepted(receipt, by: before) == isEarly)
            #expect(!isAccepted(newest, by: before))
        }
        node.shutdown()
    }

    @Test func `a head mark of the first version is read as of epoch 0`() throws {
        node.shutdown()
        machine.restart(.process)
        let key = [4] + Array("head".utf8)
        let head = node.head
        var writer = CBORWriter()
        writer.array(7)
        writer.unsigned(1)
        writer.unsigned(head.height)
        writer.hash(head.digest)
        writer.unsigned(head.time.milliseconds)
        head.log.encode(to: &writer)
        writer.hash(head.stateRoot)
        head.position.encode(to: &writer)
        #expect(try machine.store.value(for: key)?.first == 0x89)
        var batch = WriteBatch()
        batch.put(key, writer.bytes)
        try machine.store.write(batch)
        let again = try machine.start()
        #expect(again.head == head)
        try finishSpan(again)
        #expect(try machine.store.value(for: key)?.first == 0x89)
        again.shutdown()
    }

    @Test func `a mark that names other validators than the block is refused`() throws {
        try passEpochs(node)
        node.shutdown()
        machine.restart(.process)
        let key = [4] + Array("head".utf8)
        var bytes = try #require(try machine.store.value(for: key))
        // The weight of the only validator is the last byte.
        #expect(bytes.last == 5)
        bytes[bytes.count - 1] = 6
        var batch = WriteBatch()
        batch.put(key, bytes)
        try machine.store.write(batch)
        let error = #expect(throws: NodeError.self) { _ = try machine.start() }
        #expect(error?.refusal.code == "node.state-corrupt")
    }

    @Test func `a node that is no quorum any more finishes its epoch and says why it stops`() throws
    {
        let partner = try SigningKey(suite: .ed25519, random: SeededRandom(seed: 33))
        let joining = Validator(
            account: hospital.authority.account, key: partner.publicKey, weight: 2)
        let propose = GovernanceCalls.propose([.add(joining)])
        let transaction = try TransactionBuilder(
            chain: hospital.genesis.id, random: hospital.random
        ).sign([propose], by: hospital.signer, with: [hospital.authority], head: node.head.height)
        #expect(
            try hospital.submit([transaction], to: node).allSatisfy { $0.refusal == nil })
        let change = try #require(try GovernanceQueries.waiting(in: node.state()))
        let statement = ReadyStatement(
            chain: hospital.genesis.id, change: change, account: joining.account)
        let ready = try hospital.sign(
            [try GovernanceCalls.ready(statement, key: partner)], by: hospital.authority,
            head: node.head.height)
        #expect(try hospital.submit([ready], to: node).allSatisfy { $0.refusal == nil })
        try self.ready(hospital.validator, node)
        try finishSpan(node)
        #expect(node.head.epoch == 1)
        let write = try hospital.writes(1, head: node.head.height)
        let verdict = try #require(
            try hospital.submit(write.map(\.transaction), to: node).first)
        #expect(verdict.refusal?.code == "node.unavailable")
        #expect(verdict.refusal?.english.contains("node.needs-validators") == true)
        #expect(node.head.height == 16)
        #expect(node.head.validators.validators.count == 2)
        node.shutdown()
        machine.restart(.process)
        #expect(throws: NodeError.needsOtherValidators) { _ = try machine.start() }
    }
}
