import CLinksShim
import Cryptography

/// A certificate as OpenSSL wants it, from which channels are made.
///
/// `@unchecked Sendable`: the handle is immutable after `init`, and OpenSSL counts its references.
final class TLSContext: @unchecked Sendable {
    private let raw: OpaquePointer

    init(_ certificate: LinkCertificate) throws(LinkError) {
        let text = certificate.certificatePEM
        let raw = certificate.keyPEM.withBytes { key in
            text.withUnsafeBytes {
                kl_tls_context_new($0.baseAddress, $0.count, key.baseAddress, key.count)
            }
        }
        guard let raw else { throw .invalidCertificate }
        self.raw = raw
    }

    deinit { kl_tls_context_free(raw) }

    /// A channel over a connected socket that outlives it; nil when memory is out.
    func channel(over descriptor: Int32, side: LinkProof.Side) -> TLSChannel? {
        kl_tls_new(raw, descriptor, side == .acceptor).map { TLSChannel(raw: $0, context: self) }
    }
}
