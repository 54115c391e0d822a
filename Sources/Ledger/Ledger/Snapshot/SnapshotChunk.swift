package import Base
import Cryptography
package import Encoding

/// One row of the contract state in a snapshot.
package struct SnapshotRow: Hashable, Sendable, CBORCodable {
    /// Table name, zero byte, row key.
    package let key: [UInt8]
    package let value: [UInt8]

    package init(key: [UInt8], value: [UInt8]) { (self.key, self.value) = (key, value) }

    package func encode(to writer: inout CBORWriter) {
        writer.array(2)
        writer.byteString(key)
        writer.byteString(value)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(2, "state row")
        key = try reader.byteString(atMost: SnapshotLimits.keyByteCount)
        value = try reader.byteString(atMost: LedgerLimits.valueByteCount)
    }
}

/// A transaction that could still be sent again, and where it stands: a duplicate is refused.
package struct SnapshotTransaction: Hashable, Sendable, CBORCodable {
    package let id: TransactionID
    package let height: UInt64
    /// Its place in the block, from 0.
    package let index: UInt32

    package init(id: TransactionID, height: UInt64, index: UInt32) {
        (self.id, self.height, self.index) = (id, height, index)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(3)
        writer.hash(id.hash)
        writer.unsigned(height)
        writer.unsigned(UInt64(index))
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(3, "transaction")
        id = TransactionID(try reader.hash())
        height = try reader.unsigned()
        index = UInt32(
            try reader.unsigned(
                atMost: UInt64(LedgerLimits.blockTransactionCount - 1), field: "index"))
    }
}

/// A piece of a snapshot: at most 1 MiB of rows of one kind, in ascending order of keys.
///
/// | field | type | meaning |
/// |---|---|---|
/// | kind | 1 or 2 | state rows, or transactions |
/// | rows | array | at least one |
package enum SnapshotChunk: Hashable, Sendable, CBORCodable {
    package enum Kind: UInt64, Hashable, Sendable {
        case state = 1
        case transactions = 2
    }

    case state([SnapshotRow])
    case transactions([SnapshotTransaction])

    package var kind: Kind {
        switch self {
        case .state: .state
        case .transactions: .transactions
        }
    }

    package var count: Int {
        switch self {
        case .state(let rows): rows.count
        case .transactions(let rows): rows.count
        }
    }

    /// Encoded bytes of the first row; 0 without one.
    var firstRowByteCount: Int {
        switch self {
        case .state(let rows): rows.first?.encoded.count ?? 0
        case .transactions(let rows): rows.first?.encoded.count ?? 0
        }
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(2)
        writer.unsigned(kind.rawValue)
        switch self {
        case .state(let rows): writer.list(rows) { $1.encode(to: &$0) }
        case .transactions(let rows): writer.list(rows) { $1.encode(to: &$0) }
        }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(2, "chunk")
        let start = reader.offset
        switch Kind(rawValue: try reader.unsigned()) {
        case .state:
            self = .state(
                try reader.list(atMost: SnapshotLimits.chunkByteCount) {
                    (reader) throws(CBORError) in try SnapshotRow(from: &reader)
                })
        case .transactions:
            self = .transactions(
                try reader.list(atMost: SnapshotLimits.chunkByteCount) {
                    (reader) throws(CBORError) in try SnapshotTransaction(from: &reader)
                })
        case nil: throw .outOfRange(offset: start, field: "kind")
        }
        guard count > 0 else { throw .outOfRange(offset: start, field: "rows") }
    }
}

/// What a manifest says of one chunk.
package struct SnapshotChunkEntry: Hashable, Sendable, CBORCodable {
    package let kind: SnapshotChunk.Kind
    package let rows: UInt64
    package let byteCount: Int
    /// The digest of its bytes by the chain's hash suite.
    package let digest: Hash256

    package init(kind: SnapshotChunk.Kind, rows: UInt64, byteCount: Int, digest: Hash256) {
        (self.kind, self.rows) = (kind, rows)
        (self.byteCount, self.digest) = (byteCount, digest)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(4)
        writer.unsigned(kind.rawValue)
        writer.unsigned(rows)
        writer.unsigned(UInt64(byteCount))
        writer.hash(digest)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(4, "chunk entry")
        let start = reader.offset
        guard let kind = SnapshotChunk.Kind(rawValue: try reader.unsigned()) else {
            throw .outOfRange(offset: start, field: "kind")
        }
        self.kind = kind
        rows = try reader.unsigned(atMost: UInt64(SnapshotLimits.chunkByteCount), field: "rows")
        byteCount = Int(
            try reader.unsigned(
                atMost: UInt64(SnapshotLimits.chunkByteCount), field: "chunk bytes"))
        digest = try reader.hash()
        guard rows > 0, byteCount > 0 else { throw .outOfRange(offset: start, field: "chunk") }
    }
}
