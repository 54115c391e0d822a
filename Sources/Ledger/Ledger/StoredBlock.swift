package import Base
package import Cryptography
package import Encoding
import Merkle

/// An entry as a block log keeps it: whole, or only the leaf that proves where it stood.
package enum StoredEntry: Hashable, Sendable {
    /// The encoded entry.
    case whole([UInt8])
    /// The entry's leaf in the log tree, and the retention class under which it was pruned; nil on
    /// a node that began with this block and never had the entry.
    case dropped(leaf: Hash256, retentionClass: String?)

    /// The entry's digest in the log tree.
    package func leaf(_ suite: HashSuite) -> Hash256 {
        switch self {
        case .whole(let bytes): LogHash.leaf(bytes, suite)
        case .dropped(let leaf, _): leaf
        }
    }
}

/// A block as a block log keeps it, of which entries may have been dropped.
///
/// Header and certificate always stay. A block that is whole is written as a ``Block`` (version 1);
/// version 2, which a log alone holds, is for one that is not.
///
/// | field | type | meaning |
/// |---|---|---|
/// | version | 2 | this format |
/// | header | header | of the block |
/// | certificate | certificate | over the header |
/// | entries | array | in order: `[entry]`, or `[class, leaf]` for one that was dropped |
package struct StoredBlock: Hashable, Sendable, CBORCodable {
    package let header: Header
    package let certificate: Certificate
    package let entries: [StoredEntry]

    package init(header: Header, certificate: Certificate, entries: [StoredEntry]) {
        (self.header, self.certificate, self.entries) = (header, certificate, entries)
    }

    /// The chain-long index of the first entry.
    package var firstIndex: UInt64 { header.logSize - UInt64(entries.count) }

    /// The block, when nothing was dropped.
    package var whole: Block? {
        var bytes: [[UInt8]] = []
        bytes.reserveCapacity(entries.count)
        for entry in entries {
            guard case .whole(let entry) = entry else { return nil }
            bytes.append(entry)
        }
        return Block(header: header, certificate: certificate, entries: bytes)
    }

    /// Whether encoded bytes of a log are a whole ``Block``, by their version alone.
    package static func isWhole(_ encoded: [UInt8]) -> Bool {
        encoded.count > 1 && encoded[1] == 1
    }

    package func encode(to writer: inout CBORWriter) {
        if let whole { return whole.encode(to: &writer) }
        writer.array(4)
        writer.unsigned(2)
        header.encode(to: &writer)
        certificate.encode(to: &writer)
        writer.list(entries) { writer, entry in
            switch entry {
            case .whole(let bytes):
                writer.array(1)
                writer.byteString(bytes)
            case .dropped(let leaf, let name):
                writer.array(2)
                writer.optional(name) { $0.text($1) }
                writer.hash(leaf)
            }
        }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(4, "block")
        let start = reader.offset
        let version = try reader.unsigned()
        guard version == 1 || version == 2 else {
            throw .unexpected(offset: start, expected: "block version 1 or 2")
        }
        header = try Header(from: &reader)
        certificate = try Certificate(from: &reader)
        let listStart = reader.offset
        entries = try reader.list(atMost: LedgerLimits.blockTransactionCount) {
            (reader) throws(CBORError) in
            version == 1 ? .whole(try reader.byteString()) : try Self.entry(from: &reader)
        }
        guard header.logSize >= UInt64(entries.count) else {
            throw .outOfRange(offset: listStart, field: "log size")
        }
        guard version == 1 || whole == nil else {
            throw .unexpected(offset: start, expected: "version 1 for a whole block")
        }
    }

    private static func entry(from reader: inout CBORReader) throws(CBORError) -> StoredEntry {
        let start = reader.offset
        switch try reader.array(atMost: 2) {
        case 1: return .whole(try reader.byteString())
        case 2:
            let name = try reader.optional { (reader) throws(CBORError) in
                try reader.text(atMost: LedgerLimits.nameByteCount)
            }
            return .dropped(leaf: try reader.hash(), retentionClass: name)
        default: throw .unexpected(offset: start, expected: "an entry or a leaf")
        }
    }
}
