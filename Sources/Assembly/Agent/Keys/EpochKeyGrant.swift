package import Base
package import Cryptography
package import FHIRModel
package import Ledger

/// Sealing an epoch's seed to one reader: the secret half of a consent.
package enum EpochKeyGrant {
    /// HPKE of the seed to the reader's reading key, bound to owner, domain, epoch and reader.
    package static func seal(
        _ seed: SecretBytes, owner: AccountID, domain: Domain, epoch: UInt64,
        reader: AccountID, readingKey: [UInt8], random: any RandomSource
    ) throws(CryptographyError) -> [UInt8] {
        try HPKE.seal(
            seed.copyBytes(), to: readingKey,
            info: info(owner, domain, epoch, reader), authenticating: [], random: random)
    }

    /// Opens what ``seal(_:owner:domain:epoch:reader:readingKey:random:)`` made.
    package static func open(
        _ sealed: [UInt8], owner: AccountID, domain: Domain, epoch: UInt64,
        reader: AccountID, with key: KeyAgreementKey
    ) throws(CryptographyError) -> SecretBytes {
        SecretBytes(
            copying: try HPKE.open(
                sealed, with: key, info: info(owner, domain, epoch, reader), authenticating: []))
    }

    private static func info(
        _ owner: AccountID, _ domain: Domain, _ epoch: UInt64, _ reader: AccountID
    ) -> [UInt8] {
        Array("kanglian/epoch-key/1\0".utf8) + owner.hash.bytes + [domain.rawValue]
            + epoch.bigEndianBytes + reader.hash.bytes
    }
}
