package import Cryptography
package import Ledger

/// A validator's key and its place in the set: signs commit votes and gathers a certificate.
package struct ValidatorSigner: Sendable {
    private let key: SigningKey
    private let set: ValidatorSet
    private let index: Int

    /// - Returns: nil when the key belongs to none of the validators.
    package init?(key: SigningKey, set: ValidatorSet) {
        guard let index = set.validators.firstIndex(where: { $0.key == key.publicKey }) else {
            return nil
        }
        (self.key, self.set, self.index) = (key, set, index)
    }

    /// The certificate of a set in which this validator alone is a quorum.
    func certify(_ block: ExecutedBlock) throws(CryptographyError) -> Certificate {
        let header = block.header
        let vote = Vote(
            chain: header.chain, epoch: header.epoch, validators: header.validators,
            height: header.height, view: 0, phase: .commit, header: block.digest)
        return Certificate(
            header: block.digest, view: 0, signatures: [(index, try key.sign(vote.message))],
            of: set.validators.count)
    }
}
