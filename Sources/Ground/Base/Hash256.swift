/// A 256-bit digest or identifier, stored inline and ordered as big-endian bytes.
package struct Hash256: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The width of every digest on the chain, in bytes.
    package static let byteCount = 32

    /// All zero bits: the root of an empty state tree and the parent of the first block.
    package static let zero = Hash256(words: (0, 0, 0, 0))

    private let a: UInt64
    private let b: UInt64
    private let c: UInt64
    private let d: UInt64

    /// Four words, most significant first.
    package init(words: (UInt64, UInt64, UInt64, UInt64)) {
        (a, b, c, d) = words
    }

    /// Reads exactly 32 bytes; nil for any other count.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        var words: [4 of UInt64] = .init(repeating: 0)
        var index = 0
        for byte in bytes {
            words[index >> 3] = words[index >> 3] << 8 | UInt64(byte)
            index += 1
        }
        self.init(words: (words[0], words[1], words[2], words[3]))
    }

    /// The four words, most significant first.
    package var words: (UInt64, UInt64, UInt64, UInt64) { (a, b, c, d) }

    /// The 32 bytes, most significant first.
    package var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, count in
            write(to: UnsafeMutableRawBufferPointer(buffer))
            count = Self.byteCount
        }
    }

    /// Writes the 32 bytes at the start of a buffer that holds at least 32.
    package func write(to buffer: UnsafeMutableRawBufferPointer) {
        precondition(buffer.count >= Self.byteCount)
        buffer.storeBytes(of: a.bigEndian, toByteOffset: 0, as: UInt64.self)
        buffer.storeBytes(of: b.bigEndian, toByteOffset: 8, as: UInt64.self)
        buffer.storeBytes(of: c.bigEndian, toByteOffset: 16, as: UInt64.self)
        buffer.storeBytes(of: d.bigEndian, toByteOffset: 24, as: UInt64.self)
    }

    /// Reads 32 bytes from the start of a buffer that holds at least 32.
    package init(reading buffer: UnsafeRawBufferPointer) {
        precondition(buffer.count >= Self.byteCount)
        func word(_ offset: Int) -> UInt64 {
            UInt64(bigEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        self.init(words: (word(0), word(8), word(16), word(24)))
    }

    /// Bit `index` counted from the most significant one, 0 to 255.
    package func bit(_ index: Int) -> Bool {
        let word =
            switch index >> 6 {
            case 0: a
            case 1: b
            case 2: c
            default: d
            }
        return word >> UInt64(63 - (index & 63)) & 1 == 1
    }

    /// How many leading bits two values share, 0 to 256.
    package func commonPrefixLength(with other: Hash256) -> Int {
        if a != other.a { return (a ^ other.a).leadingZeroBitCount }
        if b != other.b { return 64 + (b ^ other.b).leadingZeroBitCount }
        if c != other.c { return 128 + (c ^ other.c).leadingZeroBitCount }
        if d != other.d { return 192 + (d ^ other.d).leadingZeroBitCount }
        return 256
    }

    package static func < (left: Hash256, right: Hash256) -> Bool { left.words < right.words }

    /// Lower-case hexadecimal, 64 characters.
    package var description: String { Hex.encode(bytes) }
}
