internal import CSodium

/// How much work one guess of a passphrase costs, named by one byte in keystores.
package enum PassphraseCost: UInt8, CaseIterable, Hashable, Sendable {
    /// One pass over 8 KiB: for tests only.
    case minimum = 1
    /// Two passes over 64 MiB: a sign-in, about a tenth of a second.
    case interactive = 2
    /// Four passes over 1 GiB: a root seed, seconds.
    case sensitive = 3

    /// Argon2's number of passes.
    package var passes: Int {
        switch self {
        case .minimum: 1
        case .interactive: 2
        case .sensitive: 4
        }
    }

    /// Argon2's memory in bytes.
    package var memory: Int {
        switch self {
        case .minimum: 8 << 10
        case .interactive: 64 << 20
        case .sensitive: 1 << 30
        }
    }
}

extension KeyDerivation {
    /// The salt of a passphrase, in bytes.
    package static let passphraseSaltCount = 16

    /// 32 bytes from a passphrase by Argon2id, version 1.3 and one lane (RFC 9106).
    ///
    /// Throws `invalidLength` for a salt that is not 16 bytes or an empty passphrase, and
    /// `libraryFailure` when the machine lacks the memory.
    package static func fromPassphrase(
        _ passphrase: SecretBytes, salt: [UInt8], cost: PassphraseCost
    ) throws(CryptographyError) -> SecretBytes {
        guard salt.count == passphraseSaltCount, passphrase.count > 0 else { throw .invalidLength }
        Sodium.prepare()
        var result: Int32 = -1
        let key = SecretBytes(count: 32) { output in
            passphrase.withBytes { passphrase in
                guard let text = passphrase.bindMemory(to: CChar.self).baseAddress else { return }
                result = crypto_pwhash(
                    output, 32, text, UInt64(passphrase.count), salt, UInt64(cost.passes),
                    cost.memory, crypto_pwhash_ALG_ARGON2ID13)
            }
        }
        guard result == 0 else { throw .libraryFailure("crypto_pwhash") }
        return key
    }
}
