import Base
import Encoding
import Ledger
import Merkle

/// The head as the store keeps it, in the same batch as the block's rows.
///
/// | field | type | meaning |
/// |---|---|---|
/// | version | 2 | this format; 1 has no more than the first seven fields, and is of epoch 0 |
/// | height | integer | of the last block |
/// | digest | 32 bytes | of its header |
/// | time | integer | milliseconds since 1970 |
/// | log | compact range | the edge of the log tree |
/// | state root | 32 bytes | root of the state tree |
/// | position | ordering position | the last one that was taken |
/// | epoch | integer | of the next block |
/// | validators | array | the set that certifies the next block |
struct HeadMark {
    let head: Head

    init(head: Head) { self.head = head }

    var encoded: [UInt8] {
        var writer = CBORWriter()
        writer.array(9)
        writer.unsigned(2)
        writer.unsigned(head.height)
        writer.hash(head.digest)
        writer.unsigned(head.time.milliseconds)
        head.log.encode(to: &writer)
        writer.hash(head.stateRoot)
        head.position.encode(to: &writer)
        writer.unsigned(head.epoch)
        head.validators.encode(to: &writer)
        return writer.bytes
    }

    /// Reads a mark of this version or of the one before, whose validators are the genesis
    /// document's.
    init(decoding bytes: [UInt8], genesis: Genesis) throws(CBORError) {
        var reader = try CBORReader(bytes)
        let count = try reader.array(atMost: 9)
        let start = reader.offset
        let version = try reader.unsigned()
        guard version == 1 && count == 7 || version == 2 && count == 9 else {
            throw .unexpected(offset: start, expected: "head version 1 or 2")
        }
        var head = Head(genesis: genesis)
        head.height = try reader.unsigned()
        head.digest = try reader.hash()
        head.time = Timestamp(milliseconds: try reader.unsigned())
        head.log = try CompactRange(from: &reader)
        head.stateRoot = try reader.hash()
        head.position = try OrderingPosition(from: &reader)
        if version == 2 {
            head.epoch = try reader.unsigned()
            head.validators = try ValidatorSet(from: &reader)
        }
        try reader.finish()
        self.head = head
    }
}
