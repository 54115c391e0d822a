package import Base
import Cryptography

/// A node's signature over one channel: both greetings, the side, and what only its ends know.
///
/// The payload is the signature, 64 bytes. What is signed is `kanglian/link-proof/1` ‖ 0 ‖ chain,
/// 32 bytes ‖ side, 1 byte ‖ SHA-256 of the initiator's greeting ‖ SHA-256 of the acceptor's ‖ the
/// channel binding, 32 bytes. Whoever stands in the middle has two channels with two bindings.
package struct LinkProof: Hashable, Sendable {
    /// Who opened the connection; signed, so that a proof cannot be sent back to its maker.
    package enum Side: UInt8, CaseIterable, Hashable, Sendable {
        case initiator = 1
        case acceptor = 2

        var other: Side { self == .initiator ? .acceptor : .initiator }
    }

    /// Bytes of a proof.
    package static let byteCount = SignatureSuite.signatureCount

    /// Bytes of the channel binding `tls-exporter`.
    ///
    /// Source: RFC 9266 §4.2.
    package static let bindingByteCount = 32

    private static let label = Array("kanglian/link-proof/1".utf8) + [0]

    /// What the key of `side` signs; the greetings are payloads as they were sent.
    package static func message(
        side: Side, chain: Hash256, initiator: [UInt8], acceptor: [UInt8], binding: [UInt8]
    ) -> [UInt8] {
        precondition(binding.count == bindingByteCount)
        var message = label + chain.bytes + [side.rawValue]
        message += HashSuite.sha256.hash(initiator).bytes
        message += HashSuite.sha256.hash(acceptor).bytes
        return message + binding
    }
}
