package import Base
package import Cryptography
package import Ledger

/// A point in time as a participant is told it: it reads no clock itself.
package struct Moment: Hashable, Sendable {
    /// Milliseconds of a clock that only goes forward: waiting times are measured on it.
    package let monotonic: UInt64
    /// The time of day: proposals carry it.
    package let wall: Timestamp

    package init(monotonic: UInt64, wall: Timestamp) {
        (self.monotonic, self.wall) = (monotonic, wall)
    }
}

/// The end of the final chain, as voting needs to know it.
package struct ChainTip: Hashable, Sendable {
    package let height: UInt64
    package let digest: Hash256
    package let time: Timestamp
    package let position: OrderingPosition
    /// The epoch of the next block.
    package let epoch: UInt64
    /// The validators of the next block.
    package let set: ValidatorSet

    package init(
        height: UInt64, digest: Hash256, time: Timestamp, position: OrderingPosition,
        epoch: UInt64, set: ValidatorSet
    ) {
        (self.height, self.digest, self.time) = (height, digest, time)
        (self.position, self.epoch, self.set) = (position, epoch, set)
    }

    /// The first view of the next height.
    ///
    /// After a block that came from no engine, view 0 is tried now and then only: a zone whose
    /// engine is gone should not wait for it at each height.
    var firstView: UInt64 {
        let isFromEngine = position.first <= position.last
        return isFromEngine || (height + 1) % FinalityLimits.probeInterval == 0 ? 0 : 1
    }
}

/// A transaction that waits for its block.
package struct PendingTransaction: Hashable, Sendable {
    package let id: TransactionID
    package let bytes: [UInt8]
    /// The last height whose block may hold it.
    package let validUntil: UInt64

    package init(id: TransactionID, bytes: [UInt8], validUntil: UInt64) {
        (self.id, self.bytes, self.validUntil) = (id, bytes, validUntil)
    }
}

/// What became of an attempt to put a record at a position of the engine.
package enum AppendResult: Hashable, Sendable {
    case created
    /// Another record is there.
    case taken
    /// Nobody knows: the engine is out of reach, full or refuses.
    case failed
}

/// What a validator knew of its own signatures when it started.
package enum VoteMemory: Hashable, Sendable {
    /// The newest durable record.
    case kept(VoteRecord)
    /// The record is missing, or the folder was restored from a backup (R11).
    case lost
}

/// Everything that a participant is told.
package enum ParticipantInput: Sendable {
    case start
    case connected(PublicKey)
    case disconnected(PublicKey)
    case message(FinalityMessage, from: PublicKey)
    /// A record of the engine; nil when the bytes there are no batch.
    case record(SignedBatch?, stream: UInt64, sequence: UInt64)
    case appended(AppendResult, stream: UInt64, sequence: UInt64)
    case engine(isUp: Bool)
    /// Checked transactions: this node's own, or passed on by a peer.
    case submitted([PendingTransaction], isOwn: Bool)
    /// The signatures in a body were checked.
    case checked(Hash256, isValid: Bool)
    case executed(Hash256, header: Hash256)
    /// The tip after a block was made durable, and the transactions that it settled.
    case adopted(ChainTip, settled: [TransactionID])
    /// All blocks of an answer are adopted, or were known before.
    case replayed(from: PublicKey)
    /// Blocks from a peer were wrong.
    case blocksRefused(from: PublicKey)
    /// The operator lets a validator in quarantine vote again.
    case release(force: Bool)
    case tick
}

/// Everything that a participant wants done, in this order.
package enum ParticipantEffect: Sendable {
    case send(FinalityMessage, to: PublicKey)
    /// To every connected peer.
    case broadcast(FinalityMessage)
    /// Make the vote record durable, with the body of its block if there is one, before anything
    /// that follows; if that fails the process must end.
    case record(VoteRecord, BatchBody?)
    case append(SignedBatch)
    /// Deliver the engine's records of a stream from a sequence on.
    case follow(stream: UInt64, from: UInt64)
    /// The engine may forget what is here and before.
    case release(stream: UInt64, through: UInt64)
    /// Decode and check the signatures of a body, in parallel; answered by `checked`.
    case check(BatchBody)
    /// Check transactions that a peer passed on; answered by `submitted`.
    case admit([[UInt8]])
    /// Run a block in an overlay, instead of any run before; answered by `executed`.
    case execute(Proposal, BatchBody)
    /// Make the block final: durable, then visible; answered by `adopted`.
    case commit(Proposal, BatchBody, header: Hash256, Certificate)
    /// Check, run and adopt blocks of a peer that are above the tip: an `adopted` for each, then
    /// `replayed`; or `blocksRefused` at the first wrong one.
    case replay([[UInt8]], from: PublicKey)
    case serve(from: UInt64, count: UInt64, to: PublicKey)
    /// These never became final: their last valid height has passed.
    case expired([TransactionID])
    case alarm(FinalityAlarm)
    /// The peer breaks the protocol.
    case offence(PublicKey, Offence)
}

/// How a peer broke the protocol.
package enum Offence: String, Hashable, Sendable, CaseIterable {
    case signature
    case malformed
    case blocks
    case flood
}

/// What an operator must know.
package enum FinalityAlarm: Hashable, Sendable {
    /// The vote record is missing or older than what peers have seen: no votes for now.
    case quarantined
    /// Everything that might have been signed is final: the operator may release the validator.
    case releasable
    /// The validator votes again.
    case released
    /// This node comes to another state than the certified one: it must stop serving.
    case diverged(height: UInt64, own: Hash256, certified: Hash256)
    /// Two batches for one position: the engine, or a validator, tells different things.
    case conflictingRecords(stream: UInt64, sequence: UInt64)
    /// Votes for different headers of one block: no quorum, the chain waits.
    case splitState(height: UInt64)
}

/// Whether a node votes, and if not, why.
package enum VotingStanding: Hashable, Sendable {
    /// Not a validator of the current set.
    case follower
    /// Waits for heartbeats of a quorum before the first vote after a start.
    case observing
    case voting
    /// Nothing is signed up to the watermark's height, which is not known yet when it is nil.
    case quarantined(watermark: UInt64?)
    /// The state differs from the certified one.
    case diverged
}
