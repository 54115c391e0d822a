package import Base
package import Cryptography
package import Ledger

/// Signs for this validator and checks what others signed.
///
/// Nodes use real keys; a simulation of many million messages uses cheap stand-ins that nobody in
/// the simulated world can forge.
package protocol Authenticator: Sendable {
    /// Signs with this validator's key.
    func sign(_ message: [UInt8]) -> [UInt8]

    /// Whether the holder of `key` signed `message`.
    func isValid(_ signature: [UInt8], by key: PublicKey, for message: [UInt8]) -> Bool
}

/// Signatures by the validator's own key, of whichever suite.
package struct KeyAuthenticator: Authenticator {
    private let key: SigningKey

    package init(key: SigningKey) { self.key = key }

    /// A failure of the library gives an empty signature, which nobody accepts.
    package func sign(_ message: [UInt8]) -> [UInt8] { (try? key.sign(message)) ?? [] }

    package func isValid(
        _ signature: [UInt8], by key: PublicKey, for message: [UInt8]
    ) -> Bool {
        key.isValidSignature(signature, for: message)
    }
}

/// Everything that is fixed while one height is decided.
package struct HeightRules: Sendable {
    package let chain: Hash256
    package let height: UInt64
    package let epoch: UInt64
    package let set: ValidatorSet
    package let setDigest: Hash256
    /// The place of this validator in the set; nil for a node that only follows.
    package let own: Int?
    /// 0, or 1 when the engine is not asked for this height.
    package let firstView: UInt64
    private let weights: [UInt64]
    private let total: UInt64
    private let firstLeader: Int

    package init(
        chain: Hash256, height: UInt64, epoch: UInt64, set: ValidatorSet, own: PublicKey?,
        firstView: UInt64
    ) {
        (self.chain, self.height, self.epoch, self.set) = (chain, height, epoch, set)
        self.firstView = firstView
        setDigest = set.digest
        self.own = own.flatMap { key in set.validators.firstIndex { $0.key == key } }
        weights = set.validators.map(\.weight)
        total = set.totalWeight
        firstLeader = Self.firstLeader(chain, height, weights, total)
    }

    /// Validators of the set.
    package var count: Int { weights.count }

    package func weight(_ index: Int) -> UInt64 { weights[index] }

    package func isQuorum(_ weight: UInt64) -> Bool { 3 * weight > 2 * total }

    /// More than a third: at least one honest validator is among them.
    package func hasHonest(_ weight: UInt64) -> Bool { 3 * weight > total }

    /// True when a block that has `weight` may still get a quorum from those not heard yet.
    package func mayReachQuorum(_ weight: UInt64, unheard: UInt64) -> Bool {
        isQuorum(weight + unheard)
    }

    package var totalWeight: UInt64 { total }

    /// Who leads a view from 1 on: the heavier a validator, the more heights it begins; then the
    /// others follow in the order of the set.
    package func leader(of view: UInt64) -> Int {
        let steps = view == 0 ? 0 : (view - 1) % UInt64(count)
        return (firstLeader + Int(steps)) % count
    }

    private static func firstLeader(
        _ chain: Hash256, _ height: UInt64, _ weights: [UInt64], _ total: UInt64
    ) -> Int {
        let seed = FinalityDomains.leader + chain.bytes + bigEndian(height)
        var draw = HashSuite.sha256.hash(seed).words.0 % total
        for (index, weight) in weights.enumerated() {
            if draw < weight { return index }
            draw -= weight
        }
        preconditionFailure("the weights sum up to the total")
    }

    private static func bigEndian(_ value: UInt64) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }

    /// The vote that is signed for a phase of a view.
    package func vote(_ phase: VotePhase, view: UInt64, digest: Hash256) -> Vote {
        Vote(
            chain: chain, epoch: epoch, validators: setDigest, height: height, view: view,
            phase: phase, header: digest)
    }
}
