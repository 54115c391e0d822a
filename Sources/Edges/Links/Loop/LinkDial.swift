/// How dialling one peer goes.
final class LinkDial {
    let peer: LinkPeer
    var backoff: LinkBackoff

    /// When to dial; nil while dialling, looking up its name, or linked.
    var dueAt: UInt64?

    /// The attempt in progress.
    var connection: LinkConnection?

    /// Counts attempts, to take the host's addresses in turn.
    var attemptCount = 0

    init(_ peer: LinkPeer, limits: LinkLimits, now: UInt64) {
        self.peer = peer
        backoff = LinkBackoff(limit: limits.redialTime.wholeNanoseconds)
        dueAt = now
    }
}
