import Base
import Cryptography
import Encoding

/// One side of the proof of keys inside a fresh TLS channel: frames in, frames out, nothing else.
///
///     initiator                    acceptor
///         HELLO            →
///                          ←       HELLO, PROOF    (or REFUSAL)
///         PROOF            →
///                          ←       READY           (or REFUSAL)
///
/// The acceptor shows nothing of itself to a stranger before it has seen the right chain, and
/// either side can still decide, after the other's proof, that it has a better link already.
struct LinkHandshake {
    /// What a frame led to.
    enum Step: Hashable {
        /// The peer has said who it is; unproved. The owner admits it or gives up.
        case greeted(LinkHello)
        /// The peer holds the key. The owner decides about duplicates.
        case proved
        /// The acceptor has opened the link.
        case ready
    }

    private enum Phase {
        case hello
        case proof
        case ready
        case finished
    }

    let side: LinkProof.Side
    private let key: SigningKey
    private let own: LinkHello
    private let ownBytes: [UInt8]
    private let binding: [UInt8]

    /// The key that was dialled; nil when accepting.
    private let expected: PublicKey?

    private var phase = Phase.hello
    private var peerBytes: [UInt8] = []

    /// What the peer has said, once it has.
    private(set) var peer: LinkHello?

    /// The version agreed on, once the peer has said what it speaks.
    private(set) var version: UInt16 = 0

    init(
        side: LinkProof.Side, key: SigningKey, hello: LinkHello, expected: PublicKey?,
        binding: [UInt8]
    ) {
        (self.side, self.key, own) = (side, key, hello)
        (self.expected, self.binding) = (expected, binding)
        ownBytes = hello.encoded
    }

    /// This side's greeting; an acceptor sends it only after `greeted`.
    var hello: LinkFrame { LinkFrame(.hello, ownBytes) }

    /// This side's proof, after `greeted`; nil if the key cannot sign.
    func proof() -> LinkFrame? {
        guard let signature = try? key.sign(message(of: side)) else { return nil }
        return LinkFrame(.proof, signature)
    }

    /// Takes the peer's next frame; any that is out of turn is refused.
    mutating func receive(_ frame: LinkFrame) throws(LinkFault) -> Step {
        if frame.kind == .refusal, side == .initiator {
            guard let refusal = LinkRefusal(rawValue: frame.payload[0]) else {
                throw .malformedFrame
            }
            throw refusal.fault
        }
        switch (phase, frame.kind) {
        case (.hello, .hello):
            let hello = try LinkHello(payload: frame.payload)
            try check(hello)
            (peer, peerBytes, phase) = (hello, frame.payload, .proof)
            return .greeted(hello)
        case (.proof, .proof):
            let message = message(of: side.other)
            guard let peer, peer.key.isValidSignature(frame.payload, for: message) else {
                throw .invalidProof
            }
            phase = side == .initiator ? .ready : .finished
            return .proved
        case (.ready, .ready):
            phase = .finished
            return .ready
        default: throw .malformedFrame
        }
    }

    private mutating func check(_ hello: LinkHello) throws(LinkFault) {
        guard hello.chain == own.chain else { throw .otherChain }
        guard let common = LinkHello.commonVersion(own.versions, hello.versions) else {
            throw .noCommonVersion
        }
        guard hello.key != own.key else { throw .ownKey }
        if let expected, hello.key != expected { throw .unexpectedKey }
        version = common
    }

    private func message(of signer: LinkProof.Side) -> [UInt8] {
        let isInitiator = side == .initiator
        return LinkProof.message(
            side: signer, chain: own.chain, initiator: isInitiator ? ownBytes : peerBytes,
            acceptor: isInitiator ? peerBytes : ownBytes, binding: binding)
    }
}
