package import Base
package import Cryptography
package import Ledger

/// The keys of one party: what a keystore unlocks.
///
/// Which parts are there depends on the kind:
///
/// | kind | signing | reading | root | registry secret |
/// |---|---|---|---|---|
/// | authority | yes | yes | | |
/// | institution | yes | yes | yes | yes |
/// | practitioner | yes | yes | | |
/// | resident | | | yes | |
/// | validator | yes | | | |
package struct Identity: Sendable {
    /// Bytes of every secret in an identity.
    package static let secretCount = 32

    package let kind: IdentityKind
    /// A name for people, kept outside of the chain: never a patient's.
    package let label: String
    /// The suite of the signing key; for residents, of all their pseudonyms.
    package let suite: SignatureSuite
    /// The key that founded the account; nil for residents.
    package let signing: SigningKey?
    /// The key that others seal to; nil for residents and validators.
    package let reading: KeyAgreementKey?
    /// The seed of domain keys, and of a resident's pseudonyms.
    package let root: SecretBytes?
    /// Keys the commitments of real names and the digests of the patient index.
    package let registrySecret: SecretBytes?
    /// Seals the journal beside the keystore.
    package let journalKey: SecretBytes
    /// The institutions at which a resident has pseudonyms, in the order in which they were made.
    package private(set) var homes: [AccountID]

    /// Fresh keys for a party.
    package init(
        _ kind: IdentityKind, label: String, suite: SignatureSuite = .ed25519,
        random: any RandomSource
    ) throws(CryptographyError) {
        func secret() -> SecretBytes { SecretBytes(randomCount: Self.secretCount, from: random) }
        try self.init(
            kind, label: label, suite: suite,
            signingSeed: kind == .resident ? nil : secret(),
            readingSeed: kind == .resident || kind == .validator ? nil : secret(),
            root: kind.ownsRecords ? secret() : nil,
            registrySecret: kind == .institution ? secret() : nil,
            journalKey: secret(), homes: [])
    }

    /// The identity that a keystore describes.
    init(
        _ kind: IdentityKind, label: String, suite: SignatureSuite, signingSeed: SecretBytes?,
        readingSeed: SecretBytes?, root: SecretBytes?, registrySecret: SecretBytes?,
        journalKey: SecretBytes, homes: [AccountID]
    ) throws(CryptographyError) {
        (self.kind, self.label, self.suite) = (kind, label, suite)
        signing = try signingSeed.map { (seed) throws(CryptographyError) in
            try SigningKey(suite: suite, seed: seed)
        }
        reading = try readingSeed.map { (seed) throws(CryptographyError) in
            try KeyAgreementKey(seed: seed)
        }
        (self.root, self.registrySecret) = (root, registrySecret)
        (self.journalKey, self.homes) = (journalKey, homes)
    }

    /// The account that the signing key founded; nil for residents, who have one a home.
    package var account: AccountID? { signing.map { AccountID(foundedBy: $0.publicKey) } }

    /// What its files are sealed with: SM4 beside SM2, AES-256-GCM otherwise.
    package var cipher: CipherSuite { suite == .sm2 ? .sm4CTRHMACSM3 : .aes256GCM }

    /// Who signs: the account and its key; nil for residents.
    package var signer: Signer? { signing.map { Signer(founding: $0) } }

    /// The wallet of a resident; nil for all others.
    package var wallet: ResidentWallet? {
        kind == .resident ? root.map { ResidentWallet(root: $0, suite: suite) } : nil
    }

    /// The keys of an institution as the owner of records; nil for all others.
    package var owner: OwnerKeys? {
        guard kind == .institution, let signing, let reading, let root else { return nil }
        return OwnerKeys(
            signing: signing, reading: reading,
            domainRoot: KeyDerivation.derive(root, label: OwnerKeys.institutionLabel))
    }

    /// The key of an institution's own files of one kind; nil for all others.
    package func fileKey(_ label: String) -> SecretBytes? {
        registrySecret.map { KeyDerivation.derive($0, label: "kanglian/" + label) }
    }

    /// Remembers an institution at which the resident has a pseudonym.
    package mutating func addHome(_ institution: AccountID) {
        if !homes.contains(institution) { homes.append(institution) }
    }
}
