package import Base
package import Cryptography
package import FHIRModel
package import Ledger

/// The keys inside an access code: one signs its redemption, one opens the owner's epoch seeds.
///
/// Whoever knows the code can make both; the chain sees only the account that the first one founds.
package struct AccessCodeKeys: Sendable {
    /// Signs the redemption, together with the practitioner.
    package let signing: SigningKey
    /// Under which the epoch seeds are sealed.
    private let sealing: SecretBytes

    /// The keys of a code in a zone, whose suite decides the code's account.
    ///
    /// Throws when a C library fails.
    package init(
        _ text: AccessCodeText, suite: SignatureSuite
    ) throws(CryptographyError) {
        let secret = text.secret
        signing = try SigningKey(
            suite: suite,
            seed: KeyDerivation.derive(
                secret, label: "kanglian/access-code/signing", context: [suite.rawValue]))
        sealing = KeyDerivation.derive(secret, label: "kanglian/access-code/sealing")
    }

    /// The code's handle on the chain.
    package var account: AccountID { AccountID(foundedBy: signing.publicKey) }

    /// Signs as the code.
    package var signer: Signer { Signer(account: account, key: signing) }

    /// Seals the seed of one domain and epoch for whoever will know the code.
    package func seal(
        _ seed: SecretBytes, owner: AccountID, domain: Domain, epoch: UInt64,
        suite: CipherSuite, random: any RandomSource
    ) throws(CryptographyError) -> [UInt8] {
        try Sealing.seal(
            seed.copyBytes(), key: sealing, suite: suite, random: random,
            authenticating: binding(owner, domain, epoch))
    }

    /// Opens what ``seal(_:owner:domain:epoch:suite:random:)`` made.
    package func open(
        _ sealed: [UInt8], owner: AccountID, domain: Domain, epoch: UInt64
    ) throws(CryptographyError) -> SecretBytes {
        SecretBytes(
            copying: try Sealing.open(
                sealed, key: sealing, authenticating: binding(owner, domain, epoch)))
    }

    private func binding(_ owner: AccountID, _ domain: Domain, _ epoch: UInt64) -> [UInt8] {
        Array("kanglian/access-code/1\0".utf8) + account.hash.bytes + owner.hash.bytes
            + [domain.rawValue] + epoch.bigEndianBytes
    }
}
