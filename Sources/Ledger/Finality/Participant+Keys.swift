package import Cryptography
import Ledger

/// One validator, several keys, one after another.
extension Participant {
    /// Goes on with another key of the same validator, which the current set names.
    ///
    /// What waits for a block stays. The node observes first, as after a start: an earlier life of
    /// it may have signed with this key already. All links end with the old key; the peers come
    /// back to the new one.
    package mutating func change(
        key: PublicKey, authenticator: any Authenticator, at now: Moment
    ) -> [ParticipantEffect] {
        (self.now, self.own, self.authenticator) = (now, key, authenticator)
        peers.forgetMeetings()
        beginHeight()
        switch standing {
        case .follower, .observing, .voting: standing = .observing
        case .quarantined, .diverged: break
        }
        var effects: [ParticipantEffect] = []
        settleStanding(&effects)
        return effects
    }
}
