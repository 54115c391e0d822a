package import Base
internal import COpenSSL

extension HashSuite {
    /// HMAC of a message (RFC 2104): only holders of the key can make or check it.
    ///
    /// Compare codes with `constantTimeEqual`, not with `==`.
    package func authenticationCode(key: SecretBytes, _ message: [UInt8]) -> Hash256 {
        key.withBytes { key in
            let authentication = MessageAuthentication(self, key: key)
            authentication.update(message)
            return authentication.finish()
        }
    }
}

/// One HMAC computation over several pieces, so that secrets need not be joined in memory.
struct MessageAuthentication: ~Copyable {
    private static let lost = "OpenSSL lost HMAC, which it had when the node started"

    private let context: OpaquePointer

    init(_ suite: HashSuite, key: UnsafeRawBufferPointer) {
        guard let context = EVP_MAC_CTX_new(Algorithms.hmac) else {
            preconditionFailure(Self.lost)
        }
        self.context = context
        let parameters = [
            Parameter.text(Parameter.digest, Algorithms.digestName(suite)), Parameter.end,
        ]
        // An empty key needs an address too: a null one would mean "keep the earlier key".
        var none: UInt8 = 0
        let result = withUnsafePointer(to: &none) { none in
            let address = key.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? none
            return EVP_MAC_init(context, address, key.count, parameters)
        }
        precondition(result == 1, Self.lost)
    }

    deinit { EVP_MAC_CTX_free(context) }

    borrowing func update(_ buffer: UnsafeRawBufferPointer) {
        let address = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        precondition(EVP_MAC_update(context, address, buffer.count) == 1, Self.lost)
    }

    borrowing func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Writes the 32 bytes of the code to `output`; nothing may be added afterwards.
    borrowing func finish(into output: UnsafeMutablePointer<UInt8>?) {
        var count = 0
        let result = EVP_MAC_final(context, output, &count, Hash256.byteCount)
        precondition(result == 1 && count == Hash256.byteCount, Self.lost)
    }

    /// The code as a value; nothing may be added afterwards.
    borrowing func finish() -> Hash256 {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Hash256.byteCount) { output in
            finish(into: output.baseAddress)
            return Hash256(reading: UnsafeRawBufferPointer(output))
        }
    }
}
