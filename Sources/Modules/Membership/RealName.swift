package import Base
package import Cryptography
package import Ledger

/// Commitments that tie a pseudonym to a real person without telling who: made off the chain.
///
/// The registrar keeps the secret and the real name; a committee can later show that a pseudonym
/// belongs to a person. Without the secret nobody can test guesses.
package enum RealName {
    private static let identityLabel = Array("kanglian/identity/1".utf8) + [0]
    private static let licenceLabel = Array("kanglian/licence/1".utf8) + [0]

    /// HMAC-SHA256(secret, label ‖ 0 ‖ identity number ‖ pseudonym).
    ///
    /// The pseudonym is part of it, so that two pseudonyms of a person carry unrelated commitments.
    /// Give the validated number in its canonical letters.
    package static func identity(
        _ identityNumber: String, of pseudonym: AccountID, secret: SecretBytes
    ) -> Hash256 {
        commitment(identityLabel, identityNumber, pseudonym, secret)
    }

    /// HMAC-SHA256(secret, label ‖ 0 ‖ licence number ‖ account) of a practitioner.
    package static func licence(
        _ number: String, of account: AccountID, secret: SecretBytes
    ) -> Hash256 {
        commitment(licenceLabel, number, account, secret)
    }

    private static func commitment(
        _ label: [UInt8], _ text: String, _ account: AccountID, _ secret: SecretBytes
    ) -> Hash256 {
        HashSuite.sha256.authenticationCode(
            key: secret, label + Array(text.utf8) + account.hash.bytes)
    }
}
