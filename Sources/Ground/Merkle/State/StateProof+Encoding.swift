import Base
package import Encoding

/// `[outcome, present siblings, siblings, other leaf]`.
///
/// | Field | Meaning |
/// |---|---|
/// | outcome | 0 present, 1 absent and empty, 2 absent because of another leaf |
/// | present siblings | at most 32 bytes: bit i is set when the sibling at depth i is not empty |
/// | siblings | bytes: 32 for each sibling that is not empty, from the root down |
/// | other leaf | null, or for outcome 2 `[key, value hash]` |
///
/// Bits count from the most significant of the first byte, and the last byte is not zero. The path
/// is as long as the last set bit says, because the last sibling is never empty. No sibling is
/// written as zero. So each proof has one encoding.
extension StateProof: CBORCodable {
    private static let presenceByteCountMaximum = StateHash.keyBitCount / 8
    private static let siblingByteCountMaximum = StateHash.keyBitCount * Hash256.byteCount

    package func encode(to writer: inout CBORWriter) {
        var presence: [UInt8] = Array(repeating: 0, count: (path.count + 7) / 8)
        var siblings: [UInt8] = []
        for (depth, sibling) in path.enumerated() where sibling != StateHash.empty {
            presence[depth / 8] |= 0x80 >> UInt8(depth % 8)
            siblings.append(contentsOf: sibling.bytes)
        }
        writer.array(4)
        switch outcome {
        case .present: writer.unsigned(0)
        case .absentEmpty: writer.unsigned(1)
        case .absentOther: writer.unsigned(2)
        }
        writer.byteString(presence)
        writer.byteString(siblings)
        if case .absentOther(let key, let valueHash) = outcome {
            writer.array(2)
            writer.hash(key)
            writer.hash(valueHash)
        } else {
            writer.null()
        }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        let start = reader.offset
        try reader.structure(4, "state proof")
        let kind = try reader.unsigned(atMost: 2, field: "state proof outcome")
        let presence = try reader.byteString(atMost: Self.presenceByteCountMaximum)
        let siblings = try reader.byteString(atMost: Self.siblingByteCountMaximum)
        guard let path = Self.path(presence: presence, siblings: siblings) else {
            throw .outOfRange(offset: start, field: "state proof path")
        }
        let outcome: Outcome
        switch kind {
        case 0, 1:
            let offset = reader.offset
            guard try reader.isNull() else { throw .unexpected(offset: offset, expected: "null") }
            outcome = kind == 0 ? .present : .absentEmpty
        default:
            try reader.structure(2, "other leaf")
            outcome = .absentOther(key: try reader.hash(), valueHash: try reader.hash())
        }
        (self.path, self.outcome) = (path, outcome)
    }

    /// The path in full; nil when both fields do not fit together or are not the only way.
    private static func path(presence: [UInt8], siblings: [UInt8]) -> [Hash256]? {
        guard presence.last != 0 else { return nil }
        let count = presence.reduce(0) { $0 + $1.nonzeroBitCount }
        guard siblings.count == count * Hash256.byteCount else { return nil }
        let unused = presence.last.map(\.trailingZeroBitCount) ?? 0
        var path: [Hash256] = []
        path.reserveCapacity(presence.count * 8 - unused)
        var rest = siblings[...]
        for depth in 0..<presence.count * 8 - unused {
            guard presence[depth / 8] & 0x80 >> UInt8(depth % 8) != 0 else {
                path.append(StateHash.empty)
                continue
            }
            guard let sibling = Hash256(rest.prefix(Hash256.byteCount)) else { return nil }
            guard sibling != StateHash.empty else { return nil }
            path.append(sibling)
            rest.removeFirst(Hash256.byteCount)
        }
        return path
    }
}
