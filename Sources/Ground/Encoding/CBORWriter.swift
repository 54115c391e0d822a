package import Base

/// Appends deterministically encoded CBOR (RFC 8949 §4.2.1) to a byte array.
///
/// The writer keeps lengths and integers in their shortest form. Map keys must be written in the
/// order of their encoded bytes; Kanglian's own structures are arrays and need no keys.
package struct CBORWriter: Sendable {
    /// What has been written so far.
    package private(set) var bytes: [UInt8]

    package init(reservingCapacity capacity: Int = 0) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// An unsigned integer (major type 0).
    package mutating func unsigned(_ value: UInt64) { head(0, value) }

    /// A signed integer (major type 0 or 1).
    package mutating func integer(_ value: Int64) {
        if value >= 0 { head(0, UInt64(value)) } else { head(1, UInt64(-(value + 1))) }
    }

    /// The negative integer −1 − n (major type 1).
    package mutating func negative(_ n: UInt64) { head(1, n) }

    /// A byte string (major type 2).
    package mutating func byteString(_ value: [UInt8]) {
        head(2, UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    /// A byte string of 32 bytes.
    package mutating func hash(_ value: Hash256) {
        head(2, UInt64(Hash256.byteCount))
        withUnsafeTemporaryAllocation(byteCount: Hash256.byteCount, alignment: 8) { buffer in
            value.write(to: buffer)
            bytes.append(contentsOf: UnsafeRawBufferPointer(buffer))
        }
    }

    /// A text string (major type 3).
    package mutating func text(_ value: String) {
        var value = value
        value.withUTF8 { utf8 in
            head(3, UInt64(utf8.count))
            bytes.append(contentsOf: utf8)
        }
    }

    /// The head of an array of `count` elements (major type 4), which the caller writes next.
    package mutating func array(_ count: Int) { head(4, UInt64(count)) }

    /// The head of a map of `count` pairs (major type 5), which the caller writes in key order.
    package mutating func map(_ count: Int) { head(5, UInt64(count)) }

    /// False or true (major type 7).
    package mutating func bool(_ value: Bool) { bytes.append(value ? 0xF5 : 0xF4) }

    /// Null (major type 7).
    package mutating func null() { bytes.append(0xF6) }

    /// One item, or several, that are already encoded.
    package mutating func raw(_ encoded: [UInt8]) { bytes.append(contentsOf: encoded) }

    /// Null, or the value through `write`.
    package mutating func optional<Value>(
        _ value: Value?, _ write: (inout CBORWriter, Value) -> Void
    ) {
        if let value { write(&self, value) } else { null() }
    }

    /// An array whose elements are written by `write`.
    package mutating func list<Element>(
        _ elements: [Element], _ write: (inout CBORWriter, Element) -> Void
    ) {
        array(elements.count)
        for element in elements { write(&self, element) }
    }

    private mutating func head(_ major: UInt8, _ value: UInt64) {
        let type = major << 5
        switch value {
        case 0..<24:
            bytes.append(type | UInt8(value))
        case 24...0xFF:
            bytes.append(type | 24)
            bytes.append(UInt8(value))
        case 0x100...0xFFFF:
            bytes.append(type | 25)
            append(value, count: 2)
        case 0x1_0000...0xFFFF_FFFF:
            bytes.append(type | 26)
            append(value, count: 4)
        default:
            bytes.append(type | 27)
            append(value, count: 8)
        }
    }

    private mutating func append(_ value: UInt64, count: Int) {
        for shift in stride(from: (count - 1) * 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
        }
    }
}
