import Base
package import Cryptography
package import Ledger

/// What a participant is doing, for people and metrics.
package struct ParticipantStatus: Hashable, Sendable {
    /// One validator of the current set, as this node sees it.
    package struct Validator: Hashable, Sendable {
        package let account: AccountID
        package let key: PublicKey
        package let weight: UInt64
        package let isOwn: Bool
        package let isConnected: Bool
        /// The height that it last said to be final at its place; nil before its first word.
        package let height: UInt64?
        /// Milliseconds since its last heartbeat.
        package let silence: UInt64?
        /// Whether its vote for the open height is here.
        package let hasPrepared: Bool
    }

    package let height: UInt64
    package let epoch: UInt64
    /// The view of the height that is being decided.
    package let view: UInt64
    package let standing: VotingStanding
    /// Whether enough of the others were heard lately to say that nothing newer is final.
    package let isFresh: Bool
    package let isEngineUp: Bool
    package let pendingCount: Int
    package let validators: [Validator]
}

extension Participant {
    package var status: ParticipantStatus {
        let validators = rules.set.validators.enumerated().map { index, validator in
            let peer = peers[validator.key]
            let isOwn = index == rules.own
            return ParticipantStatus.Validator(
                account: validator.account, key: validator.key, weight: validator.weight,
                isOwn: isOwn, isConnected: isOwn || peer?.isConnected ?? false,
                height: isOwn ? tip.height : peer.flatMap { $0.heard == nil ? nil : $0.height },
                silence: isOwn
                    ? 0 : peer?.heard.map { now.monotonic - min($0, now.monotonic) },
                hasPrepared: voting.echo(of: index).prepare != nil)
        }
        return ParticipantStatus(
            height: tip.height, epoch: tip.epoch, view: voting.view, standing: standing,
            isFresh: isFresh, isEngineUp: isEngineUp, pendingCount: pool.count,
            validators: validators)
    }
}
