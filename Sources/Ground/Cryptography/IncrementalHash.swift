package import Base
internal import COpenSSL

/// A digest taken piece by piece, for bodies too large to hold in memory.
package struct IncrementalHash: Sendable {
    private var context: DigestContext

    /// The digest of nothing, so far.
    package init(_ suite: HashSuite) { context = DigestContext(suite) }

    /// Appends bytes.
    package mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Appends a buffer.
    package mutating func update(_ buffer: UnsafeRawBufferPointer) {
        if !isKnownUniquelyReferenced(&context) { context = DigestContext(copying: context) }
        context.update(buffer)
    }

    /// The digest of everything so far; more may be appended afterwards.
    package func finish() -> Hash256 { DigestContext(copying: context).finish() }
}

/// Owns one EVP_MD_CTX.
///
/// Sendable, because `IncrementalHash` changes it only while unique.
private final class DigestContext: @unchecked Sendable {
    private static let lost = "OpenSSL lost a digest that it had when the node started"

    private let pointer: OpaquePointer

    private init() {
        guard let pointer = EVP_MD_CTX_new() else { preconditionFailure(Self.lost) }
        self.pointer = pointer
    }

    convenience init(_ suite: HashSuite) {
        self.init()
        let result = EVP_DigestInit_ex2(pointer, Algorithms.digest(suite), nil)
        precondition(result == 1, Self.lost)
    }

    convenience init(copying other: DigestContext) {
        self.init()
        precondition(EVP_MD_CTX_copy_ex(pointer, other.pointer) == 1, Self.lost)
    }

    deinit { EVP_MD_CTX_free(pointer) }

    func update(_ buffer: UnsafeRawBufferPointer) {
        precondition(EVP_DigestUpdate(pointer, buffer.baseAddress, buffer.count) == 1, Self.lost)
    }

    func finish() -> Hash256 {
        withUnsafeTemporaryAllocation(byteCount: Hash256.byteCount, alignment: 8) { output in
            let digest = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
            precondition(EVP_DigestFinal_ex(pointer, digest, nil) == 1, Self.lost)
            return Hash256(reading: UnsafeRawBufferPointer(output))
        }
    }
}
