package import Cryptography

/// What a node is to the zone that a link belongs to.
package enum LinkRole: UInt8, CaseIterable, Hashable, Sendable {
    /// Takes part in finality.
    case validator = 1
    /// Follows the chain without a vote.
    case observer = 2
}

/// Which of two queues a message waits in.
package enum LinkPriority: CaseIterable, Hashable, Sendable {
    /// Goes before bulk, even between the pieces of a large bulk message.
    case votes
    /// Bodies, batches, catching up; may use three quarters of a peer's queue.
    case bulk
}

/// A node to keep a link with, and where it listens.
package struct LinkPeer: Hashable, Sendable {
    /// The key that the node must prove; its address and certificate prove nothing.
    package let key: PublicKey

    /// A name, or a numeric IPv4 or IPv6 address.
    package let host: String

    package let port: UInt16

    package init(key: PublicKey, host: String, port: UInt16) {
        (self.key, self.host, self.port) = (key, host, port)
    }
}

/// What both sides of a new link have proved and agreed on.
package struct LinkInfo: Hashable, Sendable {
    package let key: PublicKey

    /// What `LinkConfiguration.admit` said; what the peer claims is in its status.
    package let role: LinkRole

    /// The version of messages: the highest that both sides speak.
    package let version: UInt16

    /// Whether this node dialled.
    package let isInitiator: Bool
}

/// What became of a message that was offered.
package enum LinkReception: Hashable, Sendable {
    /// The receiver has it.
    case taken
    /// The receiver has no room: the link keeps this one message, reads nothing more from the peer,
    /// and offers it again after `Links.resume`, or a moment later by itself.
    case busy
}

/// Who hears of links and gets their messages.
///
/// All calls come from the one thread of the links, in order, and must be brief: no waiting, no
/// input or output. They may call anything of `Links` except `stop`.
package protocol LinkReceiver: AnyObject, Sendable {
    /// A message as it was sent; each message from a peer comes once, in order of its priority.
    func received(_ message: [UInt8], from key: PublicKey) -> LinkReception

    /// The link is open: messages can be sent from now on.
    func connected(_ link: LinkInfo)

    /// The link has ended; messages that were not sent yet are lost.
    func disconnected(_ key: PublicKey, _ reason: LinkFault)
}
