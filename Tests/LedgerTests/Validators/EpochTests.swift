import Base
import Cryptography
import Encoding
import Ledger
import Merkle
import Storage
import Testing

/// A chain whose validators change: when, by which rows, and that replay finds the same.
struct EpochTests {
    @Test func theSetSwitchesExactlyAtTheEndOfASpan() throws {
        let chain = try TestChain.ofFour()
        let old = chain.set
        let joining = old.validators + [try chain.validator()]
        let change = try chain.agree(on: joining)
        #expect(change.checkpointHeight == 0)
        try chain.confirm(Array(joining.prefix(4)))
        try chain.advance(to: 15)
        #expect(try chain.waiting()?.readyWeight == 4)
        for block in chain.blocks {
            #expect(!block.header.endsEpoch)
            #expect(block.header.epoch == 0)
            #expect(block.header.validators == old.digest)
        }
        try chain.advance(to: 18)
        let (last, first) = (chain.blocks[15].header, chain.blocks[16].header)
        #expect(last.height == 16)
        #expect((last.epoch, last.nextEpoch) == (0, 1))
        #expect(last.validators == old.digest)
        #expect(last.nextValidators == change.validators.digest)
        #expect(first.epoch == 1)
        #expect(first.validators == change.validators.digest)
        #expect(!first.endsEpoch)
        #expect(chain.replica.head.epoch == 1)
        #expect(chain.set == change.validators)
        // The switch is part of the same block's state.
        let row = ValidatorEpoch(
            epoch: 1, first: 17, proposal: change.proposal, validators: change.validators)
        #expect(try ValidatorTable.current(chain.genesis, in: chain.store) == row)
        #expect(try ValidatorTable.epoch(1, chain.genesis, in: chain.store) == row)
        #expect(
            try ValidatorTable.epoch(0, chain.genesis, in: chain.store)
                == ValidatorEpoch(genesis: chain.genesis))
        #expect(try ValidatorTable.epoch(2, chain.genesis, in: chain.store) == nil)
        #expect(try chain.waiting() == nil)
        #expect(last.stateRoot != chain.blocks[14].header.stateRoot)
        #expect(first.stateRoot == last.stateRoot)
    }

    @Test func readinessInTheLastBlockOfASpanCountsAndLaterWaitsForTheNext() throws {
        for late in [false, true] {
            let chain = try TestChain.ofFour()
            let joining = chain.set.validators + [try chain.validator()]
            try chain.agree(on: joining)
            try chain.advance(to: late ? 16 : 15)
            try chain.confirm(joining)
            try chain.advance(to: 33)
            let ends = chain.blocks.filter(\.header.endsEpoch).map(\.header.height)
            #expect(ends == [late ? 32 : 16])
        }
    }

    @Test func withoutAReadyQuorumNothingSwitchesAndTheChangeLapses() throws {
        let chain = try TestChain.ofFour()
        let joining = chain.set.validators + [try chain.validator()]
        let change = try chain.agree(on: joining)
        // Three of five are no quorum.
        try chain.confirm(Array(joining.prefix(3)))
        let end = ValidatorSchedule.lapseHeight(of: change)
        try chain.advance(to: end - 1)
        #expect(try chain.waiting() != nil)
        try chain.advance(to: end + 20)
        #expect(try chain.waiting() == nil)
        #expect(chain.blocks.allSatisfy { !$0.header.endsEpoch })
        #expect(chain.replica.head.epoch == 0)
    }

    @Test func anEmergencyRemovalTakesEffectInTheBlockThatMakesItReady() throws {
        let chain = try TestChain(weights: [1, 1, 1, 1, 1])
        let remaining = Array(chain.set.validators.prefix(4))
        try chain.agree(on: remaining, kind: .emergency)
        try chain.confirm(Array(remaining.prefix(2)))
        #expect(chain.replica.head.epoch == 0)
        try chain.confirm([remaining[2]])
        #expect(chain.replica.head.height == 3)
        #expect(chain.replica.head.epoch == 1)
        #expect(chain.set.validators == remaining)
        try chain.advance(to: 4)
        #expect(chain.blocks[3].header.validators == ValidatorSet(remaining)?.digest)
    }

    @Test func aRotationWaitsForTheNewKey() throws {
        let chain = try TestChain.ofFour()
        var list = chain.set.validators
        list[1] = try chain.validator(of: list[1].account)
        try chain.agree(on: list, kind: .rotation)
        try chain.confirm([list[0], list[2], list[3]])
        try chain.advance(to: 20)
        #expect(chain.replica.head.epoch == 0)
        try chain.confirm([list[1]])
        try chain.advance(to: 33)
        #expect(chain.replica.head.epoch == 1)
        #expect(chain.set.validators == list)
    }

    @Test func aChangeThatNoRuleAllowsIsForgottenByTheLedgerItself() throws {
        let chain = try TestChain.ofFour()
        try chain.agree(on: Array(chain.set.validators.prefix(3)), kind: .emergency)
        #expect(try chain.waiting() == nil)
        #expect(chain.replica.head.epoch == 0)
    }

    @Test func aZoneGrowsFromOneValidatorToFour() throws {
        let chain = try TestChain()
        let first = chain.set.validators
        let four = try first + (0..<3).map { _ in try chain.validator() }
        try chain.change(to: four)
        #expect(chain.set.validators.count == 4)
        #expect(chain.blocks.last?.certificate.signatures.count == 4)
        let trust = try TrustFile(genesis: chain.genesis).extended(by: chain.handoffs)
        #expect(trust.lastEpoch.validators == chain.set)
    }

    /// A chain with a transaction in each epoch, whose sets have 1, 4, 5 and 5 members.
    private func changing(seed: UInt64) throws -> TestChain {
        let chain = try TestChain(seed: seed)
        let sender = try chain.party()
        func write(_ value: UInt8) throws {
            try chain.commit([
                try chain.transaction([ScratchExecutor.put("scratch/e", [value])], by: sender)
            ])
        }
        try write(0)
        var list = try chain.set.validators + (0..<3).map { _ in try chain.validator() }
        try chain.change(to: list)
        try write(1)
        list.append(try chain.validator())
        try chain.change(to: list)
        try write(2)
        list = chain.set.validators
        list[0] = try chain.validator(of: list[0].account)
        try chain.change(to: list)
        try write(3)
        return chain
    }

    @Test func replayAcrossEpochsGivesTheSameRootsAndSets() throws {
        let chain = try changing(seed: 8)
        #expect(chain.replica.head.epoch == 3)
        #expect(chain.handoffs.map(\.header.epoch) == [0, 1, 2])
        let other = try TestChain(seed: 8)
        for block in chain.blocks {
            try other.replay(try Block(decoding: block.encoded))
            #expect(other.tree.root == block.header.stateRoot)
        }
        #expect(other.replica.head == chain.replica.head)
        // A node that starts in the middle goes on with what its head says.
        let third = try TestChain(seed: 8)
        var heads: [Head] = []
        for block in chain.blocks {
            third.replica = Replica(
                genesis: chain.genesis, executor: ScratchExecutor(), head: third.replica.head)
            try third.replay(block)
            heads.append(third.replica.head)
        }
        #expect(heads.last == chain.replica.head)
        #expect(Set(heads.map(\.epoch)) == [0, 1, 2, 3])
    }

    @Test func aBlockOfAnotherEpochsValidatorsIsNotReplayed() throws {
        let chain = try changing(seed: 8)
        let ends = chain.handoffs.map(\.header.height)
        for end in ends {
            let other = try TestChain(seed: 8)
            for block in chain.blocks.prefix(Int(end)) { try other.replay(block) }
            let block = chain.blocks[Int(end)]
            let old = chain.blocks[Int(end) - 1].header
            // The former set certifies one block too many, under its own epoch or the next.
            for epoch in [old.epoch, old.epoch + 1] {
                let header = block.header
                let forged = Header(
                    zone: header.zone, chain: header.chain, epoch: epoch, height: header.height,
                    parent: header.parent, logSize: header.logSize, logRoot: header.logRoot,
                    stateRoot: header.stateRoot, time: header.time, position: header.position,
                    validators: old.validators, nextValidators: old.validators,
                    contracts: header.contracts)
                let certificate = try chain.certify(forged)
                #expect(throws: ReplayError.certificate(.otherValidators)) {
                    try other.replay(
                        Block(header: forged, certificate: certificate, entries: block.entries))
                }
            }
            try other.replay(block)
        }
    }

    /// A certificate by a quorum is enough, and one by less is not, in every epoch.
    @Test func aQuorumOfTheEpochsOwnSetCertifies() throws {
        let chain = try changing(seed: 8)
        for (index, block) in chain.blocks.enumerated() {
            let count = index < 16 ? 1 : index < 32 ? 4 : 5
            let quorum = count == 1 ? 1 : count == 4 ? 3 : 4
            let other = Block(
                header: block.header,
                certificate: try chain.certify(block.header, by: Array(0..<quorum)),
                entries: block.entries)
            let set = try #require(
                try ValidatorTable.epoch(block.header.epoch, chain.genesis, in: chain.store))
            #expect(set.validators.validators.count == count)
            try other.certificate.verify(other.header, set: set.validators, suite: .sha256)
            let few = try chain.certify(block.header, by: Array(0..<quorum - 1))
            #expect(throws: CertificateError.self) {
                try few.verify(block.header, set: set.validators, suite: .sha256)
            }
        }
    }
}
