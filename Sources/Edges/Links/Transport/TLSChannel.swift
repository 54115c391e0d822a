import Base
import CLinksShim

/// One TLS 1.3 connection over a non-blocking socket; used by one thread at a time.
final class TLSChannel {
    /// Why an operation did nothing.
    enum Outcome: Hashable {
        /// Done, with this many bytes.
        case moved(Int)
        case wantsRead
        case wantsWrite
        /// The peer said that nothing follows.
        case closed
        /// What came is not TLS as it must be.
        case failed
        /// The connection ended or broke without a farewell.
        case lost
    }

    private let raw: OpaquePointer
    private let context: TLSContext

    init(raw: OpaquePointer, context: TLSContext) { (self.raw, self.context) = (raw, context) }

    deinit { kl_tls_free(raw) }

    /// Goes on with the handshake; `moved` when it is done.
    func handshake() -> Outcome { Self.outcome(Int(kl_tls_handshake(raw))) }

    /// Reads up to a buffer of bytes.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
        Self.outcome(kl_tls_read(raw, buffer.baseAddress, buffer.count))
    }

    /// Writes some of the bytes; after `wantsRead` or `wantsWrite`, the same ones must follow.
    func write(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        Self.outcome(kl_tls_write(raw, bytes.baseAddress, bytes.count))
    }

    /// Tells the peer that nothing follows.
    func close() { kl_tls_close(raw) }

    /// The channel binding `tls-exporter`, after the handshake; nil if OpenSSL has none.
    ///
    /// Source: RFC 9266.
    var binding: [UInt8]? {
        var binding = [UInt8](repeating: 0, count: LinkProof.bindingByteCount)
        return kl_tls_exporter(raw, &binding) ? binding : nil
    }

    /// When the peer's certificate ends.
    var peerExpiry: Timestamp? {
        var seconds: Int64 = 0
        return kl_tls_peer_expiry(raw, &seconds) ? LinkCertificate.timestamp(seconds) : nil
    }

    /// Bytes over the network, TLS included.
    var byteCountIn: UInt64 { kl_tls_bytes_in(raw) }
    var byteCountOut: UInt64 { kl_tls_bytes_out(raw) }

    private static func outcome(_ result: Int) -> Outcome {
        switch result {
        case 1...: .moved(result)
        case Int(KL_TLS_CLOSED): .closed
        case Int(KL_TLS_WANTS_READ): .wantsRead
        case Int(KL_TLS_WANTS_WRITE): .wantsWrite
        case Int(KL_TLS_LOST): .lost
        default: .failed
        }
    }
}
