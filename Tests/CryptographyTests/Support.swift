import Base
import Synchronization
import Testing

@testable import Cryptography

/// The bytes of a vector; blanks between digits are allowed.
func bytes(_ hexadecimal: String) throws -> [UInt8] {
    try #require(Hex.decode(hexadecimal.filter { !$0.isWhitespace }), "\(hexadecimal) is not hex")
}

func secret(_ hexadecimal: String) throws -> SecretBytes {
    SecretBytes(copying: try bytes(hexadecimal))
}

/// Hands out what a vector fixes instead of random bytes, in order.
final class FixedRandom: RandomSource {
    private let rest: Mutex<ArraySlice<UInt8>>

    init(_ bytes: [UInt8]) { rest = Mutex(bytes[...]) }

    func bytes(_ count: Int) -> [UInt8] {
        rest.withLock { rest in
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
    }
}

/// Every copy of `bytes` with one bit changed.
func altered(_ bytes: [UInt8]) -> [[UInt8]] {
    bytes.indices.map { index in
        var copy = bytes
        copy[index] ^= 1 << UInt8(index % 8)
        return copy
    }
}
