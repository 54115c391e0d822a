package import Base
package import Cryptography
package import Ledger

/// A resident's root seed and everything that grows from it.
///
/// Each institution knows the resident under another account, so that two institutions cannot join
/// their patients. Nothing but the root needs to be kept or recovered.
///
/// | secret | HKDF key | label | context |
/// |---|---|---|---|
/// | pseudonym | root | `kanglian/pseudonym` | the institution's account, 32 bytes |
/// | signing seed | pseudonym | `kanglian/pseudonym/signing` | suite, 1 byte |
/// | reading seed | pseudonym | `kanglian/pseudonym/reading` | |
/// | domain root | pseudonym | `kanglian/pseudonym/domains` | |
package struct ResidentWallet: Sendable {
    /// The secret to keep: on the resident's device, or with the institution that hosts the wallet.
    package let root: SecretBytes
    /// The suite of all the resident's signatures.
    package let suite: SignatureSuite

    package init(root: SecretBytes, suite: SignatureSuite) {
        (self.root, self.suite) = (root, suite)
    }

    /// A new wallet.
    package init(suite: SignatureSuite, random: any RandomSource) {
        self.init(
            root: SecretBytes(randomCount: Identity.secretCount, from: random), suite: suite)
    }

    /// The keys under which one institution knows the resident; the same at every call.
    package func pseudonym(
        at institution: AccountID
    ) throws(CryptographyError) -> OwnerKeys {
        let secret = KeyDerivation.derive(
            root, label: "kanglian/pseudonym", context: institution.hash.bytes)
        let signingSeed = KeyDerivation.derive(
            secret, label: "kanglian/pseudonym/signing", context: [suite.rawValue])
        let readingSeed = KeyDerivation.derive(secret, label: "kanglian/pseudonym/reading")
        return OwnerKeys(
            signing: try SigningKey(suite: suite, seed: signingSeed),
            reading: try KeyAgreementKey(seed: readingSeed),
            domainRoot: KeyDerivation.derive(secret, label: "kanglian/pseudonym/domains"))
    }
}
