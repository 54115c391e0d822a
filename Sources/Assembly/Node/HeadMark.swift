import Base
import Encoding
import Ledger
import Merkle

/// The head as the store keeps it, in the same batch as the block's rows.
struct HeadMark: CBORCodable {
    let head: Head

    init(head: Head) { self.head = head }

    func encode(to writer: inout CBORWriter) {
        writer.array(7)
        writer.unsigned(1)
        writer.unsigned(head.height)
        writer.hash(head.digest)
        writer.unsigned(head.time.milliseconds)
        head.log.encode(to: &writer)
        writer.hash(head.stateRoot)
        head.position.encode(to: &writer)
    }

    init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(7, "head")
        try reader.version(1, "head")
        head = Head(
            height: try reader.unsigned(), digest: try reader.hash(),
            time: Timestamp(milliseconds: try reader.unsigned()),
            log: try CompactRange(from: &reader), stateRoot: try reader.hash(),
            position: try OrderingPosition(from: &reader))
    }
}
