/// One entry of the tape: where a value or key stands in the text.
///
/// The tape lists a text's values in the order of their first bytes; a member's key comes just
/// before its value. A container's descendants follow it, up to the entry that `link` names.
struct JSONNode: Sendable {
    /// The first byte, the opening quote of a string included.
    let start: UInt32
    /// The byte after the last one, behind the closing quote of a string.
    var end: UInt32
    /// For containers the entry after the last descendant, for keys the fingerprint, else zero.
    var link: UInt32
    /// The kind in bits 0 to 2, "has escapes" in bit 3, and a container's count in the rest.
    private var tag: UInt32

    init(_ kind: JSONKind, start: Int, end: Int, link: UInt32 = 0, hasEscapes: Bool = false) {
        self.start = UInt32(truncatingIfNeeded: start)
        self.end = UInt32(truncatingIfNeeded: end)
        self.link = link
        tag = UInt32(kind.rawValue) | (hasEscapes ? 8 : 0)
    }

    var kind: JSONKind { JSONKind(rawValue: UInt8(truncatingIfNeeded: tag & 7)) ?? .null }
    var hasEscapes: Bool { tag & 8 != 0 }
    var range: Range<Int> { Int(start)..<Int(end) }
    var isContainer: Bool { tag & 7 <= JSONKind.array.rawValue }

    /// Elements of an array or members of an object.
    var count: Int {
        get { Int(tag >> 4) }
        set { tag = tag & 15 | UInt32(truncatingIfNeeded: newValue) << 4 }
    }
}

/// The six kinds of JSON value (RFC 8259 §3); true and false are one kind.
package enum JSONKind: UInt8, Hashable, Sendable {
    case object = 0
    case array = 1
    case string = 2
    case number = 3
    case boolean = 4
    case null = 5
}

/// A 32-bit digest of a member's name: equal names have equal fingerprints, and few others do.
///
/// It only saves comparisons. Whoever builds names with equal fingerprints gains nothing, because
/// large objects are checked for duplicates by sorting.
func keyFingerprint(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
    let count = bytes.count
    var mixed = UInt64(truncatingIfNeeded: count)
    if count >= 8 {
        let raw = UnsafeRawBufferPointer(bytes)
        let first = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
        let last = UInt64(
            littleEndian: raw.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self))
        mixed = (mixed ^ first) &* 0x9E37_79B9_7F4A_7C15 ^ last
    } else {
        for byte in bytes { mixed = mixed << 8 | UInt64(byte) }
    }
    return UInt32(truncatingIfNeeded: (mixed &* 0xBF58_476D_1CE4_E5B9) >> 32)
}
