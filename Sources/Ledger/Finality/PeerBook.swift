import Base
import Cryptography

/// What a participant knows of its peers.
struct PeerBook: Sendable {
    struct Peer: Sendable {
        let key: PublicKey
        var isConnected = false
        /// The height that it claims to be final at its place.
        var height: UInt64 = 0
        var head = Hash256.zero
        /// When its last heartbeat came; nil before the first.
        var heard: UInt64?
        /// Its first heartbeat since this node started: what it knew of this node's votes before.
        var first: (height: UInt64, echo: Echo?)?
        /// Until when its claims are not followed, as it did not back one.
        var doubtedUntil: UInt64 = 0
        var offences = 0
    }

    /// In the order of the first contact: nothing depends on a dictionary's order.
    private(set) var all: [Peer] = []

    subscript(_ key: PublicKey) -> Peer? { all.first { $0.key == key } }

    mutating func change(_ key: PublicKey, _ body: (inout Peer) -> Void) {
        if let index = all.firstIndex(where: { $0.key == key }) {
            body(&all[index])
        } else {
            var peer = Peer(key: key)
            body(&peer)
            all.append(peer)
        }
    }

    /// Nobody is connected, and nobody's first heartbeat has come.
    mutating func forgetMeetings() {
        for index in all.indices { (all[index].isConnected, all[index].first) = (false, nil) }
    }

    /// Connected peers that claim more than `height`, and are believed at `now`, highest first.
    func ahead(of height: UInt64, at now: UInt64) -> [Peer] {
        all.filter { $0.isConnected && $0.height > height && $0.doubtedUntil <= now }
            .sorted { $0.height > $1.height }
    }
}
