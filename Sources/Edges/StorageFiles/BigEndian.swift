/// Integers in files: most significant byte first.
enum BigEndian {
    static func append(_ value: UInt64, byteCount: Int, to bytes: inout [UInt8]) {
        for position in (0..<byteCount).reversed() {
            bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * position)))
        }
    }

    /// The caller has checked that the bytes are there.
    static func read(_ bytes: [UInt8], at offset: Int, byteCount: Int) -> UInt64 {
        var value: UInt64 = 0
        for position in offset..<offset + byteCount { value = value << 8 | UInt64(bytes[position]) }
        return value
    }
}
