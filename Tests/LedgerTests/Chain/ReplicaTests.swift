import Base
import Cryptography
import Merkle
import Encoding
import Ledger
import Storage
import Testing

/// The replica's state machine: the same batches make the same chain everywhere.
struct ReplicaTests {
    /// Seeded batches with all outcomes: success, refusal, unknown calls, keys without right.
    private static func batch(_ chain: TestChain, _ parties: [Party]) throws -> [SignedTransaction]
    {
        try (0..<1 + chain.random.below(6)).map { _ in
            let calls = (0..<1 + chain.random.below(3)).map { _ -> Call in
                let key = "scratch/\(chain.random.below(12))"
                switch chain.random.below(8) {
                case 0: return ScratchExecutor.call("refuse", key)
                case 1: return ScratchExecutor.call("delete", key)
                case 2: return Call(module: "scratch", name: "put", arguments: [0xFF])
                case 3...4: return ScratchExecutor.put(key, chain.random.bytes(5))
                default: return ScratchExecutor.call("count", key)
                }
            }
            return try chain.transaction(calls, by: parties[chain.random.below(parties.count)])
        }
    }

    private func rows(_ store: MemoryKeyValueStore) throws -> [[[UInt8]]] {
        try store.scan(prefix: [], after: nil, limit: 1000).map { [$0.key, $0.value] }
    }

    @Test(arguments: [HashSuite.sha256, .sm3], [1, 2, 3] as [UInt64])
    func twoReplicasAndAReplayAgree(suite: HashSuite, seed: UInt64) throws {
        let first = try TestChain(seed: seed, hashSuite: suite)
        let second = try TestChain(seed: seed, hashSuite: suite)
        let third = try TestChain(seed: seed, hashSuite: suite)
        #expect(first.genesis.id == third.genesis.id)
        let parties = try (0..<3).map { _ in try first.party() }
        var failures = 0
        for _ in 0..<12 {
            let batch = try Self.batch(first, parties)
            let made = try first.commit(batch)
            let again = try second.commit(batch)
            #expect(made.digest == again.digest, "seed \(seed)")
            #expect(made.entries == again.entries)
            #expect(made.header.logSize == first.replica.head.log.size)
            failures += made.outcomes.count { $0.failure != nil }
            for outcome in made.outcomes where outcome.failure != nil {
                #expect(outcome.events.isEmpty)
            }
        }
        #expect(failures > 0)
        for block in first.blocks {
            let stored = try Block(decoding: block.encoded)
            let executed = try third.replay(stored)
            #expect(executed.header == block.header)
        }
        #expect(third.replica.head == first.replica.head)
        #expect(third.tree.root == first.tree.root)
        #expect(try rows(third.store) == rows(first.store))
    }

    @Test func aRefusalUndoesTheWholeTransactionAndNothingElse() throws {
        let chain = try TestChain()
        let sender = try chain.party()
        let executed = try chain.commit([
            try chain.transaction([ScratchExecutor.put("a", [1])], by: sender),
            try chain.transaction(
                [ScratchExecutor.put("a", [2]), ScratchExecutor.call("refuse", "b")], by: sender),
            try chain.transaction([ScratchExecutor.call("count", "a")], by: sender),
        ])
        #expect(executed.outcomes.map(\.failure) == [nil, "scratch.refused", nil])
        #expect(try rows(chain.store) == [[Array("a".utf8), [2]]])
        let nothing = StateOverlay(base: chain.store).finish(.sha256)
        #expect(executed.outcomes[1].writes == nothing)
        #expect(executed.outcomes[0].writes != nothing)
        #expect(executed.included.count == 3)
    }

    @Test func aStorageErrorMakesNoBlock() throws {
        let chain = try TestChain()
        let sender = try chain.party()
        try chain.commit([try chain.transaction([ScratchExecutor.put("a", [1])], by: sender)])
        let (head, root, version) = (chain.replica.head, chain.tree.root, chain.tree.latestVersion)
        let good = try chain.transaction([ScratchExecutor.put("a", [2])], by: sender)
        let bad = try chain.transaction([ScratchExecutor.call("break", "a")], by: sender)
        #expect(throws: StorageError.inputOutput("scratch")) { try chain.execute([good, bad]) }
        #expect(chain.replica.head == head)
        #expect(chain.tree.root == root)
        #expect(chain.tree.latestVersion == version)
        #expect(try chain.commit([good]).outcomes.map(\.failure) == [nil])
    }

    @Test func anAbandonedBlockLeavesNoTrace() throws {
        let (chain, other) = (try TestChain(), try TestChain())
        let sender = try chain.party()
        let first = try chain.transaction([ScratchExecutor.put("a", [1])], by: sender)
        try chain.commit([first])
        try other.commit([first])
        let version = chain.tree.latestVersion
        let lost = try chain.transaction([ScratchExecutor.put("a", [9])], by: sender)
        let abandoned = try chain.execute([lost])
        #expect(chain.tree.root == abandoned.header.stateRoot)
        chain.tree.rollback(to: version)
        #expect(chain.tree.root == chain.replica.head.stateRoot)
        let next = try chain.transaction([ScratchExecutor.call("count", "a")], by: sender)
        #expect(try chain.commit([next]).digest == other.commit([next]).digest)
    }

    @Test func duplicatesAndExpiredTransactionsStandInNoBlock() throws {
        let chain = try TestChain()
        let sender = try chain.party()
        let call = [ScratchExecutor.call("count", "a")]
        let old = try chain.transaction(call, by: sender)
        let short = try chain.transaction(call, by: sender, validFor: 1)
        try chain.commit([old])
        let new = try chain.transaction(call, by: sender)
        let executed = try chain.commit([old, new, short, new])
        #expect(executed.included == [new.id])
        #expect(executed.refused.map(\.id) == [old.id, short.id, new.id])
        #expect(
            executed.refused.map(\.error) == [
                .duplicate(old.id), .expired(validUntil: 1, head: 1), .duplicate(new.id),
            ])
        #expect(try chain.store.value(for: Array("a".utf8)) == [2])
    }

    /// A second signature on the same body is the same transaction.
    @Test func aTransactionSignedAgainIsADuplicate() throws {
        let chain = try TestChain()
        let sender = try chain.party(.p256)
        let first = try chain.transaction([ScratchExecutor.call("count", "a")], by: sender)
        let second = try SignedTransaction(signing: first.body, with: [sender.signer])
        #expect(first.bytes != second.bytes)
        let executed = try chain.commit([first, second])
        #expect(executed.included == [first.id])
        #expect(executed.refused.map(\.error) == [.duplicate(first.id)])
    }

    @Test func anEmptyBatchMakesNoBlock() throws {
        let chain = try TestChain()
        #expect(throws: Unexpected.self) { try chain.execute([]) }
        #expect(chain.tree.latestVersion == 0)
    }

    @Test func timeNeverGoesBack() throws {
        let chain = try TestChain()
        let sender = try chain.party()
        let call = [ScratchExecutor.call("count", "a")]
        chain.now = Timestamp(milliseconds: 5)
        let first = try chain.commit([try chain.transaction(call, by: sender)])
        #expect(first.header.time == chain.genesis.time)
        chain.now = TestChain.start.advanced(bySeconds: 60)
        let second = try chain.commit([try chain.transaction(call, by: sender)])
        #expect(second.header.time == TestChain.start.advanced(bySeconds: 60))
        chain.now = TestChain.start.advanced(bySeconds: 30)
        let third = try chain.commit([try chain.transaction(call, by: sender)])
        #expect(third.header.time == second.header.time)
        let seen = third.outcomes.first?.events.first?.data
        #expect(seen == Array("3 \(second.header.time.milliseconds)".utf8))
    }
}
