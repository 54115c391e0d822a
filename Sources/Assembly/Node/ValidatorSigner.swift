package import Cryptography
package import Ledger

/// Why a node cannot certify a block by itself.
enum CertifyError: Error, Hashable, Sendable {
    /// Its keys are no quorum of the validators of this epoch.
    case noQuorum
    case cryptography(CryptographyError)
}

/// A validator's keys: signs commit votes and gathers a certificate.
///
/// Two keys while one replaces the other: whichever the set of the block names signs.
package struct ValidatorSigner: Sendable {
    private let keys: [SigningKey]

    package init(keys: [SigningKey]) { self.keys = keys }

    /// Which of the set's validators this is, and its key; nil when none.
    package func member(of set: ValidatorSet) -> (index: Int, key: SigningKey)? {
        for (index, validator) in set.validators.enumerated() {
            if let key = keys.first(where: { $0.publicKey == validator.key }) {
                return (index, key)
            }
        }
        return nil
    }

    /// Whether this validator alone is a quorum of the set.
    package func isQuorum(of set: ValidatorSet) -> Bool {
        member(of: set).map { set.isQuorum(set.validators[$0.index].weight) } ?? false
    }

    /// The certificate by `set`, in which this validator alone must be a quorum.
    func certify(
        _ block: ExecutedBlock, set: ValidatorSet
    ) throws(CertifyError) -> Certificate {
        guard isQuorum(of: set), let (index, key) = member(of: set) else { throw .noQuorum }
        let header = block.header
        let vote = Vote(
            chain: header.chain, epoch: header.epoch, validators: header.validators,
            height: header.height, view: 0, phase: .commit, header: block.digest)
        do throws(CryptographyError) {
            return Certificate(
                header: block.digest, view: 0,
                signatures: [(index, try key.sign(vote.message))], of: set.validators.count)
        } catch {
            throw .cryptography(error)
        }
    }
}
