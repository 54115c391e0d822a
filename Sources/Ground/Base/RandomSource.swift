/// Where random bytes come from: the operating system in a node, a seed in tests and samples.
package protocol RandomSource: AnyObject, Sendable {
    /// Returns `count` random bytes.
    func bytes(_ count: Int) -> [UInt8]
}

extension RandomSource {
    /// Returns 256 random bits.
    package func hash256() -> Hash256 {
        bytes(Hash256.byteCount).withUnsafeBytes { Hash256(reading: $0) }
    }
}
