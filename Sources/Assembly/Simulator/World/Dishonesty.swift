import Base
import Finality
import Ledger

/// What a dishonest validator has gathered to do harm with.
struct Dishonesty {
    /// Proposals of the height that it has seen, or made up.
    var proposals: [Proposal] = []
    /// Headers that others committed to.
    var headers: [Hash256] = []
    /// Votes that it has given to please everybody, by phase, view and digest.
    var given: [SignedVote] = []
    var justification: TimeoutProof?
    /// TIMEOUTs of the height, also those that their signers have passed since.
    var timeouts: [(timeout: SignedTimeout, proof: PrepareProof?)] = []
    /// Messages to be said again at another time.
    var heard: [FinalityMessage] = []
    var height: UInt64 = 0

    /// Forgets what belongs to an earlier height.
    mutating func begin(_ height: UInt64) {
        guard height != self.height else { return }
        self.height = height
        (proposals, headers, given, timeouts) = ([], [], [], [])
    }
}
