import CPostgres
import IndexSQL

// PostgreSQL's binary format of values: integers and numbers with the first byte first.

extension SQLValue {
    /// The type that a parameter of this kind has, as the catalogue `pg_type` numbers it.
    var typeNumber: Oid {
        switch self {
        case .null, .bytes: 17
        case .integer: 20
        case .real: 701
        case .integers: 1016
        }
    }

    /// The value in PostgreSQL's binary format; nil for null.
    var wire: [UInt8]? {
        var bytes: [UInt8] = []
        switch self {
        case .null: return nil
        case .integer(let value): bytes.append(bigEndian: value)
        case .real(let value): bytes.append(bigEndian: value.bitPattern)
        case .bytes(let value): return value
        case .integers(let values):
            // One dimension from 1 on, without nulls, of eight-byte integers.
            for number: Int32 in [1, 0, 20, Int32(values.count), 1] {
                bytes.append(bigEndian: number)
            }
            for value in values {
                bytes.append(bigEndian: Int32(8))
                bytes.append(bigEndian: value)
            }
        }
        return bytes
    }

    /// Reads a column's value in PostgreSQL's binary format.
    init(wire: UnsafeRawBufferPointer, type: Oid) {
        switch (type, wire.count) {
        case (20, 8): self = .integer(Int64(bigEndian: wire.loadUnaligned(as: Int64.self)))
        case (23, 4): self = .integer(Int64(Int32(bigEndian: wire.loadUnaligned(as: Int32.self))))
        case (701, 8):
            self = .real(Double(bitPattern: UInt64(bigEndian: wire.loadUnaligned(as: UInt64.self))))
        default: self = .bytes(Array(wire))
        }
    }
}

extension [UInt8] {
    mutating func append(bigEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}
