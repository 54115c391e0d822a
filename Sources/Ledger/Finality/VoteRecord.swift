package import Base
package import Encoding
import Ledger

/// What a validator has signed for one height: durable before the signature exists.
///
/// | field | type | meaning |
/// |---|---|---|
/// | version | 1 | this format |
/// | height | integer | the height |
/// | prepared | null or array | view and proposal of the newest PREPARE |
/// | committed | null or array | view, header digest and proposal of the newest COMMIT |
/// | left | null or array | target and proof of the newest TIMEOUT |
/// | led | null or array | view and proposal of the newest lead |
/// | lock | null or proof | of the highest prepared block |
package struct VoteRecord: Hashable, Sendable, CBORCodable {
    /// A proposal that was signed in a view.
    package struct Slot: Hashable, Sendable {
        package let view: UInt64
        package let proposal: Proposal
    }

    /// A header that was signed in a view, and the proposal that it came from.
    package struct Commitment: Hashable, Sendable {
        package let view: UInt64
        package let header: Hash256
        package let proposal: Proposal
    }

    /// The views that were left.
    package struct Leaving: Hashable, Sendable {
        package let target: UInt64
        package let high: PrepareProof?
    }

    package let height: UInt64
    package internal(set) var prepared: Slot?
    package internal(set) var committed: Commitment?
    package internal(set) var left: Leaving?
    package internal(set) var led: Slot?
    package internal(set) var lock: PrepareProof?

    /// Nothing was signed for the height.
    package init(height: UInt64) { self.height = height }

    /// Everything that was signed and may be signed again, so that peers hear it after a restart.
    package var ballots: [Ballot] {
        var ballots: [Ballot] = []
        if let prepared {
            ballots.append(.prepare(view: prepared.view, prepared.proposal))
        }
        if let committed, let lock {
            ballots.append(
                .commit(
                    view: committed.view, header: committed.header, committed.proposal, lock: lock)
            )
        }
        if let left { ballots.append(.timeout(target: left.target, high: left.high)) }
        return ballots
    }

    /// The record with a ballot in it.
    func recording(_ ballot: Ballot) -> VoteRecord {
        var record = self
        switch ballot {
        case .prepare(let view, let proposal):
            record.prepared = Slot(view: view, proposal: proposal)
        case .commit(let view, let header, let proposal, let lock):
            record.committed = Commitment(view: view, header: header, proposal: proposal)
            record.raise(lock)
        case .timeout(let target, let high):
            record.left = Leaving(target: target, high: high)
            if let high { record.raise(high) }
        case .lead(let view, let proposal, _):
            record.led = Slot(view: view, proposal: proposal)
        }
        return record
    }

    private mutating func raise(_ proof: PrepareProof) {
        if lock?.view ?? 0 <= proof.view { lock = proof }
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(7)
        writer.unsigned(1)
        writer.unsigned(height)
        writer.optional(prepared) { $0.slot($1) }
        writer.optional(committed) { writer, committed in
            writer.array(3)
            writer.unsigned(committed.view)
            writer.hash(committed.header)
            committed.proposal.encode(to: &writer)
        }
        writer.optional(left) { writer, left in
            writer.array(2)
            writer.unsigned(left.target)
            writer.optional(left.high) { $1.encode(to: &$0) }
        }
        writer.optional(led) { $0.slot($1) }
        writer.optional(lock) { $1.encode(to: &$0) }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(7, "vote record")
        try reader.version(1, "vote record")
        height = try reader.unsigned()
        prepared = try reader.optional { (reader) throws(CBORError) in try reader.slot() }
        committed = try reader.optional { (reader) throws(CBORError) in
            try reader.structure(3, "commitment")
            return Commitment(
                view: try reader.view(), header: try reader.hash(),
                proposal: try Proposal(from: &reader))
        }
        left = try reader.optional { (reader) throws(CBORError) in
            try reader.structure(2, "views left")
            let target = try reader.view()
            return Leaving(
                target: target,
                high: try reader.optional { (reader) throws(CBORError) in
                    try PrepareProof(from: &reader)
                })
        }
        led = try reader.optional { (reader) throws(CBORError) in try reader.slot() }
        lock = try reader.optional { (reader) throws(CBORError) in
            try PrepareProof(from: &reader)
        }
    }
}

extension CBORWriter {
    fileprivate mutating func slot(_ slot: VoteRecord.Slot) {
        array(2)
        unsigned(slot.view)
        slot.proposal.encode(to: &self)
    }
}

extension CBORReader {
    fileprivate mutating func slot() throws(CBORError) -> VoteRecord.Slot {
        try structure(2, "slot")
        return VoteRecord.Slot(view: try view(), proposal: try Proposal(from: &self))
    }
}
