package import Base
package import Cryptography
package import System

/// Who a node is to its peers, where it listens, whom it links with and what it allows them.
package struct LinkConfiguration: Sendable {
    /// Where to accept links.
    package struct Endpoint: Hashable, Sendable {
        /// A numeric IPv4 or IPv6 address; `::` also takes IPv4.
        package let address: String

        /// The port; 0 picks a free one.
        package let port: UInt16

        package init(address: String, port: UInt16) { (self.address, self.port) = (address, port) }
    }

    /// The key that this node proves to its peers.
    package var key: SigningKey

    /// The chain's identifier: nodes of another chain are refused.
    package var chain: Hash256

    /// What the node says it is; whom peers take it for is theirs to decide.
    package var role: LinkRole = .validator

    /// What TLS needs; identifies nobody.
    package var certificate: LinkCertificate

    /// Where to accept links; nil for a node that only dials.
    package var listen: Endpoint?

    /// Whom to dial.
    package var peers: [LinkPeer] = []

    /// Versions of messages that this node speaks, ascending; 1 to 16 of them.
    package var versions: [UInt16] = [1]

    /// Shown to peers' operators; at most 64 visible ASCII characters.
    package var software = "kanglian"

    package var limits = LinkLimits()

    /// Whom to have a link with, as what; asked during handshakes and whenever the peers change.
    ///
    /// Called on the thread of the links; must be brief.
    package var admit: @Sendable (PublicKey) -> LinkRole?

    /// For the random part of greetings and for the jitter of redialling.
    package var random: any RandomSource

    /// The wall clock, for alarms about certificates only.
    package var clock: @Sendable () -> Timestamp = { SystemClock.now }

    package var logger: Logger = .silent

    package init(
        key: SigningKey, chain: Hash256, certificate: LinkCertificate, random: any RandomSource,
        admit: @escaping @Sendable (PublicKey) -> LinkRole?
    ) {
        (self.key, self.chain, self.certificate) = (key, chain, certificate)
        (self.random, self.admit) = (random, admit)
    }

    /// Checks what can be checked without the network.
    func check() throws(LinkError) {
        try limits.check()
        guard LinkHello.isValid(versions: versions) else { throw .invalidVersions }
        guard LinkHello.isValid(software: software) else { throw .invalidSoftware }
        try check(peers)
    }

    /// Checks a list of peers: not too long, no key twice.
    func check(_ peers: [LinkPeer]) throws(LinkError) {
        guard peers.count <= limits.peerCountMax, Set(peers.map(\.key)).count == peers.count
        else { throw .invalidPeers }
        for peer in peers {
            guard peer.port > 0, (1...253).contains(peer.host.utf8.count),
                !peer.host.utf8.contains(0)
            else { throw .invalidPeers }
        }
    }
}
