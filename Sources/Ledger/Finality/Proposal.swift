package import Base
import Cryptography
package import Encoding
package import Ledger

/// A block before it was executed: what validators PREPARE.
///
/// | field | type | meaning |
/// |---|---|---|
/// | version | 1 | this format |
/// | height | integer | the block's height |
/// | parent | 32 bytes | digest of the header before |
/// | epoch | integer | the epoch of the set that decides |
/// | validators | 32 bytes | digest of that set |
/// | position | position | the engine's batch; `first` is behind `last` when it comes from none |
/// | time | integer | milliseconds since 1970, as the maker's clock says |
/// | body | 32 bytes | digest of the transactions |
/// | count | integer | how many they are |
/// | maker | integer | the place of the validator in the set that made the batch |
package struct Proposal: Hashable, Sendable, CBORCodable {
    package let height: UInt64
    package let parent: Hash256
    package let epoch: UInt64
    package let validators: Hash256
    package let position: OrderingPosition
    package let time: Timestamp
    package let body: Hash256
    package let count: UInt64
    package let maker: Int

    /// What votes name; it does not depend on the view, so that a block keeps its name when a later
    /// view takes it up again.
    package let digest: Hash256

    package init(
        height: UInt64, parent: Hash256, epoch: UInt64, validators: Hash256,
        position: OrderingPosition, time: Timestamp, body: Hash256, count: UInt64, maker: Int
    ) {
        (self.height, self.parent, self.epoch) = (height, parent, epoch)
        (self.validators, self.position, self.time) = (validators, position, time)
        (self.body, self.count, self.maker) = (body, count, maker)
        var writer = CBORWriter(reservingCapacity: 192)
        Self.write(
            height, parent, epoch, validators, position, time, body, count, maker, to: &writer)
        digest = HashSuite.sha256.hash(FinalityDomains.proposal + writer.bytes)
    }

    /// Whether the block comes from the engine, and not from the leader of a view.
    package var isFromEngine: Bool { position.first <= position.last }

    package func encode(to writer: inout CBORWriter) {
        Self.write(
            height, parent, epoch, validators, position, time, body, count, maker, to: &writer)
    }

    private static func write(
        _ height: UInt64, _ parent: Hash256, _ epoch: UInt64, _ validators: Hash256,
        _ position: OrderingPosition, _ time: Timestamp, _ body: Hash256, _ count: UInt64,
        _ maker: Int, to writer: inout CBORWriter
    ) {
        writer.array(10)
        writer.unsigned(1)
        writer.unsigned(height)
        writer.hash(parent)
        writer.unsigned(epoch)
        writer.hash(validators)
        position.encode(to: &writer)
        writer.unsigned(time.milliseconds)
        writer.hash(body)
        writer.unsigned(count)
        writer.unsigned(UInt64(maker))
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(10, "proposal")
        try reader.version(1, "proposal")
        self.init(
            height: try reader.unsigned(), parent: try reader.hash(),
            epoch: try reader.unsigned(), validators: try reader.hash(),
            position: try OrderingPosition(from: &reader),
            time: Timestamp(milliseconds: try reader.unsigned()), body: try reader.hash(),
            count: try reader.unsigned(
                atMost: UInt64(LedgerLimits.blockTransactionCount), field: "transactions"),
            maker: try reader.validatorIndex())
    }
}

extension CBORReader {
    /// A validator's place in its set.
    package mutating func validatorIndex() throws(CBORError) -> Int {
        Int(try unsigned(atMost: UInt64(LedgerLimits.validatorCount - 1), field: "validator"))
    }
}

/// Labels of what validators sign besides the ledger's votes.
package enum FinalityDomains {
    package static let proposal = label("kanglian/proposal/1")
    package static let body = label("kanglian/body/1")
    package static let batch = label("kanglian/batch/1")
    package static let timeout = label("kanglian/timeout/1")
    package static let lead = label("kanglian/lead/1")
    package static let heartbeat = label("kanglian/heartbeat/1")
    package static let leader = label("kanglian/leader/1")

    private static func label(_ text: String) -> [UInt8] { Array(text.utf8) + [0] }
}
