package import Base
package import Cryptography
import Encoding
package import Ledger

/// How a keystore keeps its secrets.
package enum KeystoreProtection: Sendable {
    /// Nothing but the file's mode 0600 keeps others out: for demonstrations and tests only.
    case unprotectedForDemonstrationsOnly
    /// Sealed under a key that argon2id makes from a passphrase, with the identity's own cipher.
    case passphrase(SecretBytes, cost: PassphraseCost)
}

/// The file format of an identity: see `docs/formats/keystore.md`.
///
/// | field | type | meaning |
/// |---|---|---|
/// | version | 1 | this format |
/// | kind | 1 to 5 | authority, institution, practitioner, resident, validator |
/// | label | text, at most 128 bytes | a name for people |
/// | account | null or 32 bytes | null for residents |
/// | scheme | 0 or 1 | unprotected, or argon2id |
/// | cost | integer | of the passphrase; 0 in scheme 0 |
/// | salt | 16 bytes, none in scheme 0 | of the passphrase |
/// | contents | byte string | the secrets, sealed in scheme 1 |
package enum Keystore {
    /// UTF-8 bytes of a label.
    package static let labelLimit = 128
    /// Bytes of a whole keystore.
    package static let byteLimit = 1 << 20
    private static let bindingLabel = Array("kanglian/keystore/1\0".utf8)

    /// The file's bytes.
    ///
    /// Throws ``KeystoreError/unavailable`` when the passphrase cannot be processed.
    package static func encode(
        _ identity: Identity, protection: KeystoreProtection, random: any RandomSource
    ) throws(KeystoreError) -> [UInt8] {
        let contents = KeystoreContents.encode(identity)
        switch protection {
        case .unprotectedForDemonstrationsOnly:
            var writer = head(identity.kind, identity.label, identity.account, nil)
            writer.byteString(contents)
            return writer.bytes
        case .passphrase(let passphrase, let cost):
            let salt = random.bytes(KeyDerivation.passphraseSaltCount)
            var writer = head(identity.kind, identity.label, identity.account, (cost, salt))
            do throws(CryptographyError) {
                let key = try KeyDerivation.fromPassphrase(passphrase, salt: salt, cost: cost)
                writer.byteString(
                    try Sealing.seal(
                        contents, key: key, suite: identity.cipher, random: random,
                        authenticating: bindingLabel + writer.bytes))
            } catch { throw .unavailable }
            return writer.bytes
        }
    }

    /// What can be seen without the passphrase.
    package struct Cover: Hashable, Sendable {
        package let kind: IdentityKind
        package let label: String
        /// Nil for residents.
        package let account: AccountID?
        /// True in scheme 0.
        package let isUnprotected: Bool
    }

    /// Reads the cover only.
    package static func cover(of bytes: [UInt8]) throws(KeystoreError) -> Cover {
        try parse(bytes).cover
    }

    /// Opens a keystore; the passphrase is ignored for an unprotected one.
    package static func open(
        _ bytes: [UInt8], passphrase: SecretBytes?
    ) throws(KeystoreError) -> Identity {
        let parsed = try parse(bytes)
        let contents: [UInt8]
        if let (cost, salt) = parsed.passphrase {
            guard let passphrase else { throw .passphraseNeeded }
            guard let key = try? KeyDerivation.fromPassphrase(passphrase, salt: salt, cost: cost)
            else { throw .unavailable }
            do throws(CryptographyError) {
                contents = try Sealing.open(
                    parsed.contents, key: key, authenticating: bindingLabel + parsed.head)
            } catch { throw .wrongPassphrase }
        } else {
            contents = parsed.contents
        }
        let identity = try KeystoreContents.decode(
            contents, kind: parsed.cover.kind, label: parsed.cover.label)
        guard identity.account == parsed.cover.account else { throw .incomplete }
        return identity
    }

    // MARK: The cover

    private struct Parsed {
        let cover: Cover
        let passphrase: (cost: PassphraseCost, salt: [UInt8])?
        let head: [UInt8]
        let contents: [UInt8]
    }

    private static func head(
        _ kind: IdentityKind, _ label: String, _ account: AccountID?,
        _ passphrase: (cost: PassphraseCost, salt: [UInt8])?
    ) -> CBORWriter {
        var writer = CBORWriter()
        writer.array(8)
        writer.unsigned(1)
        writer.unsigned(UInt64(kind.rawValue))
        writer.text(label)
        writer.optional(account) { $1.encode(to: &$0) }
        writer.unsigned(passphrase == nil ? 0 : 1)
        writer.unsigned(UInt64(passphrase?.cost.rawValue ?? 0))
        writer.byteString(passphrase?.salt ?? [])
        return writer
    }

    private static func parse(_ bytes: [UInt8]) throws(KeystoreError) -> Parsed {
        guard let parsed = try? parseStrictly(bytes) else { throw .malformed }
        return parsed
    }

    /// Nil where a value is outside of its range.
    private static func parseStrictly(_ bytes: [UInt8]) throws(CBORError) -> Parsed? {
        var reader = try CBORReader(bytes)
        try reader.structure(8, "keystore")
        try reader.version(1, "keystore")
        let kind = IdentityKind(
            rawValue: UInt8(try reader.unsigned(atMost: 255, field: "kind")))
        let label = try reader.text(atMost: labelLimit)
        let account = try reader.optional { (reader) throws(CBORError) in
            try AccountID(from: &reader)
        }
        let scheme = try reader.unsigned(atMost: 1, field: "scheme")
        let cost = try reader.unsigned(atMost: 255, field: "cost")
        let salt = try reader.byteString(atMost: KeyDerivation.passphraseSaltCount)
        let head = Array(bytes.prefix(reader.offset))
        let contents = try reader.byteString()
        try reader.finish()
        guard let kind, contents.count <= byteLimit else { return nil }
        let cover = Cover(
            kind: kind, label: label, account: account, isUnprotected: scheme == 0)
        if scheme == 0 {
            guard cost == 0, salt.isEmpty else { return nil }
            return Parsed(cover: cover, passphrase: nil, head: head, contents: contents)
        }
        guard let cost = PassphraseCost(rawValue: UInt8(cost)),
            salt.count == KeyDerivation.passphraseSaltCount
        else { return nil }
        return Parsed(cover: cover, passphrase: (cost, salt), head: head, contents: contents)
    }
}
