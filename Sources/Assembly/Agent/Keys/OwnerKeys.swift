import Base
package import Cryptography
package import FHIRModel
package import Ledger

/// The keys of one owner of records: a resident's pseudonym, or an institution.
///
/// From one secret grows a key-agreement pair for each domain and epoch. Others seal data keys to
/// the public half; a consent hands a reader the seed of the private half.
package struct OwnerKeys: Sendable {
    static let institutionLabel = "kanglian/institution/domains"
    private static let epochLabel = "kanglian/domain-epoch"

    /// The account that owns the records.
    package let account: AccountID
    /// Signs consents and other calls of the owner.
    package let signing: SigningKey
    /// What others seal messages for the owner to.
    package let reading: KeyAgreementKey

    private let domainRoot: SecretBytes

    init(signing: SigningKey, reading: KeyAgreementKey, domainRoot: SecretBytes) {
        account = AccountID(foundedBy: signing.publicKey)
        (self.signing, self.reading, self.domainRoot) = (signing, reading, domainRoot)
    }

    /// Signs for the owner.
    package var signer: Signer { Signer(account: account, key: signing) }

    /// What a consent gives away: the seed of one domain's key in one epoch, 32 bytes.
    ///
    /// HKDF label `kanglian/domain-epoch`; context: domain (1 byte) ‖ epoch (8 bytes, big-endian).
    package func epochSeed(_ domain: Domain, epoch: UInt64) -> SecretBytes {
        KeyDerivation.derive(
            domainRoot, label: Self.epochLabel, context: [domain.rawValue] + epoch.bigEndianBytes)
    }

    /// The key pair of one domain in one epoch.
    package func domainKey(
        _ domain: Domain, epoch: UInt64
    ) throws(CryptographyError) -> KeyAgreementKey {
        try KeyAgreementKey(seed: epochSeed(domain, epoch: epoch))
    }
}

extension UInt64 {
    /// Eight bytes, most significant first.
    var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}
