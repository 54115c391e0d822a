/// Writes Thrift's compact protocol, as far as Parquet's headers need it.
///
/// Source: Apache Thrift, `doc/specs/thrift-compact-protocol.md`.
struct ThriftWriter {
    /// What stands in the low half of a field's or list's first byte.
    enum Kind: UInt8 {
        case int32 = 5
        case int64 = 6
        case binary = 8
        case list = 9
        case structure = 12
    }

    private(set) var bytes: [UInt8] = []
    /// The number of the last field of the structure at hand.
    private var lastField: UInt8 = 0

    // MARK: Fields

    mutating func int32(_ field: UInt8, _ value: Int32) {
        begin(field, .int32)
        zigzag(Int64(value))
    }

    mutating func int64(_ field: UInt8, _ value: Int) {
        begin(field, .int64)
        zigzag(Int64(value))
    }

    mutating func binary(_ field: UInt8, _ value: some Collection<UInt8>) {
        begin(field, .binary)
        binary(value)
    }

    mutating func structure(_ field: UInt8, _ body: (inout ThriftWriter) -> Void) {
        begin(field, .structure)
        structure(body)
    }

    /// A list; the closure writes one element.
    mutating func list<Elements: Collection>(
        _ field: UInt8, _ kind: Kind, _ elements: Elements,
        _ element: (inout ThriftWriter, Elements.Element) -> Void
    ) {
        begin(field, .list)
        if elements.count < 15 {
            bytes.append(UInt8(elements.count) << 4 | kind.rawValue)
        } else {
            bytes.append(0xF0 | kind.rawValue)
            bytes.append(varint: UInt64(elements.count))
        }
        for value in elements { element(&self, value) }
    }

    // MARK: Elements

    /// A structure that stands alone or in a list: its fields ascend, a zero ends it.
    mutating func structure(_ body: (inout ThriftWriter) -> Void) {
        let outer = lastField
        lastField = 0
        body(&self)
        bytes.append(0)
        lastField = outer
    }

    mutating func binary(_ value: some Collection<UInt8>) {
        bytes.append(varint: UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    mutating func zigzag(_ value: Int64) {
        bytes.append(varint: UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    /// A field's header; fields of Parquet lie less than 16 apart.
    private mutating func begin(_ field: UInt8, _ kind: Kind) {
        precondition(field > lastField && field - lastField < 16, "fields ascend")
        bytes.append((field - lastField) << 4 | kind.rawValue)
        lastField = field
    }
}

extension [UInt8] {
    /// Seven bits a byte, the lowest first; the top bit says that more follow.
    mutating func append(varint value: UInt64) {
        var rest = value
        while rest > 0x7F {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }

    /// An integer's bytes, the lowest first.
    mutating func append(littleEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
