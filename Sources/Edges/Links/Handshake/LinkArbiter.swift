import Cryptography

/// Decides which of two connections between the same two nodes becomes their link.
///
/// Both sides dial, so two handshakes may run at once. Only the node with the lower key decides, in
/// the order in which it sees proofs; the other one follows. So both always keep the same one, a
/// link that is open is never given up for a second one, and no message is lost to the choice.
struct LinkArbiter {
    /// What to do with a connection whose peer has proved its key.
    enum Verdict: Hashable {
        case accept
        /// Take it in place of the open link, which is a leftover on this side.
        case replace
        case refuse
    }

    private let isDecider: Bool

    init(own: PublicKey, peer: PublicKey) {
        isDecider = own.tagged.lexicographicallyPrecedes(peer.tagged)
    }

    /// The verdict on a connection from `side`'s view.
    ///
    /// `hasLink`: a link with the peer is open. `hasCommitted`: this node has sent its proof on a
    /// connection that it dialled, to a peer that has proved its key there.
    func verdict(side: LinkProof.Side, hasLink: Bool, hasCommitted: Bool) -> Verdict {
        switch (isDecider, side) {
        case (true, _): hasLink || hasCommitted ? .refuse : .accept
        // The decider would not come with a proof if it had a link.
        case (false, .acceptor): hasLink ? .replace : .accept
        case (false, .initiator): hasLink ? .refuse : .accept
        }
    }
}
