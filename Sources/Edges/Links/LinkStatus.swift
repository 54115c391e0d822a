package import Base
package import Cryptography

/// How the link with one peer is doing, for operators and health checks.
package struct LinkStatus: Hashable, Sendable {
    package let key: PublicKey

    package internal(set) var isConnected = false

    /// What this node admits the peer as; nil before its first link.
    package internal(set) var role: LinkRole?

    /// What the peer says it is.
    package internal(set) var claimedRole: LinkRole?

    /// The version of messages agreed on; nil while not connected.
    package internal(set) var version: UInt16?

    /// The peer's software, at most 64 visible ASCII characters that the peer chose.
    package internal(set) var software: String?

    /// Bytes of messages that wait to be sent.
    package internal(set) var queueByteCount = 0

    /// Messages that wait to be sent.
    package internal(set) var queueCount = 0

    /// Bytes of messages that came in and were not handed over yet.
    package internal(set) var heldByteCount = 0

    /// Bytes over the network, over all links with this peer.
    package internal(set) var byteCountIn: UInt64 = 0
    package internal(set) var byteCountOut: UInt64 = 0

    /// Messages handed over, and messages wholly sent.
    package internal(set) var messageCountIn: UInt64 = 0
    package internal(set) var messageCountOut: UInt64 = 0

    /// Of the last ping.
    package internal(set) var roundTrip: Duration?

    /// Why the last link ended or the last attempt failed.
    package internal(set) var lastFault: LinkFault?

    /// When the peer's certificate ends, as of the last link; says nothing about its key.
    package internal(set) var certificateExpiry: Timestamp?

    init(key: PublicKey) { self.key = key }
}
