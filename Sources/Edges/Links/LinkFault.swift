package import System

/// Why a link ended or never came about; each is counted, and logged once in a while per peer.
package enum LinkFault: Error, CaseIterable, Hashable, Sendable {
    // MARK: The network

    /// The peer's host has no address.
    case unresolved
    /// The connection was refused, unreachable, or took too long.
    case unreachable
    /// The peer closed in order.
    case closedByPeer
    /// The connection broke, perhaps in the middle of a message.
    case lost
    /// Nothing came, not even a pong.
    case silent

    // MARK: Offences

    /// What came is not TLS 1.3 with a certificate.
    case tlsFailed
    /// A frame of unknown kind, out of turn, or of impossible length.
    case malformedFrame
    /// A frame or message beyond its limit.
    case oversized
    /// A greeting that does not decode.
    case malformedHello
    /// The signature does not bind the key to this very channel: a man in the middle, or a replay.
    case invalidProof
    /// The keys were not proved in time, or not in so many bytes.
    case slowHandshake
    /// The peer did not read.
    case slowReader
    /// Too many connections from its address, or pushed out by newer ones.
    case crowded

    // MARK: Refusals by this node

    /// The chains differ.
    case otherChain
    /// No version of messages is common.
    case noCommonVersion
    /// The key is not admitted, or no more observers are.
    case notAdmitted
    /// Another key answered than the one that was dialled.
    case unexpectedKey
    /// The peer has this node's own key: it dialled itself, or its key was copied.
    case ownKey
    /// There is a link with this peer already.
    case duplicate

    // MARK: Refusals by the peer

    case refusedChain
    case refusedVersion
    case refusedKey
    case refusedDuplicate

    // MARK: Ends without fault

    /// A newer link with the same peer took its place.
    case replaced
    /// This node stops its links.
    case stopped

    /// Whether only an operator or an upgrade can mend it, so that dialling soon is useless.
    var isLasting: Bool {
        switch self {
        case .otherChain, .noCommonVersion, .unexpectedKey, .ownKey, .refusedChain,
            .refusedVersion:
            true
        default: false
        }
    }

    /// Whether the peer broke the rules, rather than the network or the configuration.
    package var isOffence: Bool {
        switch self {
        case .tlsFailed, .malformedFrame, .oversized, .malformedHello, .invalidProof,
            .slowHandshake, .slowReader, .crowded:
            true
        default: false
        }
    }

    /// The stable word for logs and metrics.
    package var word: LogValue.StaticWord {
        switch self {
        case .unresolved: "unresolved"
        case .unreachable: "unreachable"
        case .closedByPeer: "closed-by-peer"
        case .lost: "lost"
        case .silent: "silent"
        case .tlsFailed: "tls-failed"
        case .malformedFrame: "malformed-frame"
        case .oversized: "oversized"
        case .malformedHello: "malformed-hello"
        case .invalidProof: "invalid-proof"
        case .slowHandshake: "slow-handshake"
        case .slowReader: "slow-reader"
        case .crowded: "crowded"
        case .otherChain: "other-chain"
        case .noCommonVersion: "no-common-version"
        case .notAdmitted: "not-admitted"
        case .unexpectedKey: "unexpected-key"
        case .ownKey: "own-key"
        case .duplicate: "duplicate"
        case .refusedChain: "refused-chain"
        case .refusedVersion: "refused-version"
        case .refusedKey: "refused-key"
        case .refusedDuplicate: "refused-duplicate"
        case .replaced: "replaced"
        case .stopped: "stopped"
        }
    }
}
