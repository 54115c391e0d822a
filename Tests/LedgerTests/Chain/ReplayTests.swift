import Base
import Cryptography
import Encoding
import Merkle
import Ledger
import Testing

/// A stored block is run again only when it is exactly what this replica would make.
struct ReplayTests {
    private let chain: TestChain
    private let sender: Party
    private let block: Block

    init() throws {
        chain = try TestChain()
        sender = try chain.party()
        try chain.commit([
            try chain.transaction([ScratchExecutor.put("a", [1])], by: sender),
            try chain.transaction([ScratchExecutor.call("refuse", "a")], by: sender),
        ])
        block = try #require(chain.blocks.first)
    }

    private func error(_ block: Block) throws -> ReplayError? {
        let replica = try TestChain()
        do {
            try replica.replay(block)
            return nil
        } catch let error as ReplayError {
            #expect(replica.replica.head.height == 0)
            #expect(replica.tree.latestVersion == 0)
            #expect(replica.tree.isEmpty)
            return error
        }
    }

    /// The block with other fields in its header, certified again by a dishonest validator.
    private func forged(
        height: UInt64? = nil, logRoot: Hash256? = nil, stateRoot: Hash256? = nil,
        contracts: Hash256? = nil, entries: [[UInt8]]? = nil
    ) throws -> Block {
        let old = block.header
        let header = Header(
            zone: old.zone, chain: old.chain, epoch: old.epoch, height: height ?? old.height,
            parent: old.parent, logSize: old.logSize, logRoot: logRoot ?? old.logRoot,
            stateRoot: stateRoot ?? old.stateRoot, time: old.time, position: old.position,
            validators: old.validators, nextValidators: old.nextValidators,
            contracts: contracts ?? old.contracts)
        return Block(
            header: header, certificate: try chain.certify(header),
            entries: entries ?? block.entries)
    }

    @Test func theBlockItselfReplays() throws {
        #expect(try error(block) == nil)
        #expect(try error(forged()) == nil)
    }

    @Test func anAlteredEntryIsNoticed() throws {
        let entry = try Entry(decoding: block.entries[0])
        let outcome = entry.outcome
        let altered = [
            Outcome(failure: "scratch.refused", events: [], writes: outcome.writes),
            Outcome(failure: nil, events: [], writes: outcome.writes),
            Outcome(failure: nil, events: outcome.events, writes: .zero),
        ]
        for outcome in altered {
            let other = Entry(transaction: entry.transaction, outcome: outcome).encoded
            #expect(
                try error(forged(entries: [other, block.entries[1]]))
                    == .divergence(height: 1, field: "entries"))
        }
        #expect(try error(forged(entries: [])) == .divergence(height: 1, field: "state root"))
        // These run as they did, but the log is another one.
        for entries in [[block.entries[0]], block.entries.reversed()] {
            let expected = ReplayError.divergence(height: 1, field: "log root")
            #expect(try error(forged(entries: entries)) == expected, "\(entries.count)")
        }
        #expect(
            try error(forged(entries: block.entries + [block.entries[0]]))
                == .divergence(height: 1, field: "entries"))
        #expect(
            try error(forged(entries: [block.entries[0], [0x80]]))
                == .entry(height: 1, index: 1))
    }

    @Test func anAlteredHeaderIsNoticedEvenWhenCertified() throws {
        let wrong = Hash256(words: (1, 1, 1, 1))
        #expect(
            try error(forged(stateRoot: wrong)) == .divergence(height: 1, field: "state root"))
        #expect(try error(forged(logRoot: wrong)) == .divergence(height: 1, field: "log root"))
        #expect(try error(forged(contracts: wrong)) == .divergence(height: 1, field: "header"))
        #expect(try error(forged(height: 2)) == .parent(height: 2))
    }

    @Test func aBlockWithoutItsCertificateIsNotRun() throws {
        let other = try chain.certify(try forged(logRoot: .zero).header)
        let wrong = Block(header: block.header, certificate: other, entries: block.entries)
        #expect(try error(wrong) == .certificate(.otherHeader))
    }

    @Test func aBlockIsRunOnceAndInOrder() throws {
        try chain.commit([try chain.transaction([ScratchExecutor.put("b", [1])], by: sender)])
        let second = try #require(chain.blocks.last)
        #expect(try error(second) == .parent(height: 2))
        #expect(throws: ReplayError.parent(height: 2)) { try chain.replay(second) }
    }

    @Test func aBlockWithoutEntriesIsMadeWhenAskedForAndReplays() throws {
        #expect(throws: Unexpected.self) { try chain.execute([]) }
        let before = chain.replica.head
        let known = try chain.transaction([ScratchExecutor.put("c", [1])], by: sender)
        try chain.commit([known])
        for batch in [[], [known]] {
            let parent = chain.replica.head
            let empty = try chain.commit(batch, allowsEmpty: true)
            #expect(empty.entries.isEmpty)
            #expect(empty.changes.isEmpty)
            #expect(empty.header.height == parent.height + 1)
            #expect(empty.header.parent == parent.digest)
            #expect(empty.header.logSize == parent.log.size)
            #expect(empty.header.logRoot == parent.log.root)
            #expect(empty.header.stateRoot == parent.stateRoot)
        }
        try chain.commit([try chain.transaction([ScratchExecutor.put("d", [1])], by: sender)])
        let other = try TestChain()
        for block in chain.blocks {
            let stored = try Block(decoding: block.encoded)
            try other.replay(stored)
        }
        #expect(other.replica.head == chain.replica.head)
        #expect(other.replica.head.height == before.height + 4)
        #expect(other.tree.latestVersion == other.replica.head.height)
    }
}
