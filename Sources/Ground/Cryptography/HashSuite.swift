package import Base
internal import COpenSSL

/// The hash function of a zone, named by one byte in every format that depends on it.
package enum HashSuite: UInt8, Hashable, Sendable, CaseIterable {
    /// SHA-256 (FIPS 180-4).
    case sha256 = 1
    /// SM3 (GB/T 32905-2016).
    case sm3 = 2

    /// The digest of `bytes`.
    package func hash(_ bytes: [UInt8]) -> Hash256 {
        bytes.withUnsafeBytes { hash($0) }
    }

    /// The digest of one prefix byte and `bytes`, without copying: leaves of trees.
    package func hash(prefix: UInt8, _ bytes: [UInt8]) -> Hash256 {
        withUnsafeTemporaryAllocation(byteCount: bytes.count + 1, alignment: 8) { buffer in
            buffer[0] = prefix
            bytes.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(rebasing: buffer[1...]).copyMemory(from: $0)
            }
            return hash(UnsafeRawBufferPointer(buffer))
        }
    }

    /// The digest of one prefix byte and two digests, without allocation: inner nodes of trees.
    package func hash(prefix: UInt8, _ left: Hash256, _ right: Hash256) -> Hash256 {
        withUnsafeTemporaryAllocation(byteCount: 65, alignment: 8) { buffer in
            buffer[0] = prefix
            left.write(to: .init(rebasing: buffer[1..<33]))
            right.write(to: .init(rebasing: buffer[33..<65]))
            return hash(UnsafeRawBufferPointer(buffer))
        }
    }

    /// The digest of a buffer.
    ///
    /// SHA-256 takes the direct way (see `kanglian_sha256`); SM3 has none, and its own cost is
    /// three times that of the provider layer.
    package func hash(_ buffer: UnsafeRawBufferPointer) -> Hash256 {
        withUnsafeTemporaryAllocation(byteCount: Hash256.byteCount, alignment: 8) { output in
            let result =
                switch self {
                case .sha256:
                    kanglian_sha256(buffer.baseAddress, buffer.count, output.baseAddress)
                case .sm3:
                    EVP_Digest(
                        buffer.baseAddress, buffer.count, output.baseAddress, nil,
                        Algorithms.digest(self), nil)
                }
            precondition(result == 1, "OpenSSL lost a digest that it had when the node started")
            return Hash256(reading: UnsafeRawBufferPointer(output))
        }
    }
}
