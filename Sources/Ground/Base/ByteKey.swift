/// Bytes as the key of a dictionary: hashed and compared at once, where an array goes byte by byte.
package struct ByteKey: Hashable, Sendable {
    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }

    package static func == (left: ByteKey, right: ByteKey) -> Bool {
        guard left.bytes.count == right.bytes.count else { return false }
        return left.bytes.withUnsafeBytes { one in
            right.bytes.withUnsafeBytes { other in
                var index = 0
                while index + 8 <= one.count {
                    let words = (
                        one.loadUnaligned(fromByteOffset: index, as: UInt64.self),
                        other.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                    )
                    guard words.0 == words.1 else { return false }
                    index += 8
                }
                while index < one.count {
                    guard one[index] == other[index] else { return false }
                    index += 1
                }
                return true
            }
        }
    }
}
