import Base
import Cryptography
import Encoding
import Ledger
import Synchronization

/// Sign-in by a signature: challenges that work once, and bearer tokens that live briefly.
///
/// A token is the account and its expiry under a MAC with a key that lives as long as the process:
/// nothing is stored, and a restart signs everybody out.
final class Sessions: Sendable {
    /// Seconds in which a challenge must be answered.
    static let challengeSeconds: UInt64 = 120
    /// Seconds for which a token is good.
    static let tokenSeconds: UInt64 = 900
    /// Challenges outstanding at a time; the oldest gives way.
    static let challengeLimit = 10_000

    private static let label = Array("kanglian/session/1".utf8) + [0]

    private struct Challenge {
        let account: AccountID
        let expires: Timestamp
    }

    private let challenges = Mutex<[Hash256: Challenge]>([:])
    private let key: SecretBytes
    private let random: any RandomSource

    init(random: any RandomSource) {
        self.random = random
        key = SecretBytes(randomCount: 32, from: random)
    }

    /// What an account signs to sign in: a label, the chain and the challenge.
    static func message(chain: Hash256, challenge: Hash256) -> [UInt8] {
        label + chain.bytes + challenge.bytes
    }

    func challenge(for account: AccountID, now: Timestamp) -> (Hash256, expires: Timestamp) {
        let challenge = random.hash256()
        let expires = now.advanced(bySeconds: Self.challengeSeconds)
        challenges.withLock { challenges in
            if challenges.count >= Self.challengeLimit {
                challenges = challenges.filter { $0.value.expires > now }
            }
            if challenges.count >= Self.challengeLimit,
                let oldest = challenges.min(by: { $0.value.expires < $1.value.expires })
            {
                challenges[oldest.key] = nil
            }
            challenges[challenge] = Challenge(account: account, expires: expires)
        }
        return (challenge, expires)
    }

    /// Uses a challenge up; true when it was made for this account and is still good.
    func redeem(_ challenge: Hash256, for account: AccountID, now: Timestamp) -> Bool {
        let found = challenges.withLock { $0.removeValue(forKey: challenge) }
        guard let found else { return false }
        return found.account == account && found.expires > now
    }

    func token(for account: AccountID, now: Timestamp) -> (String, expires: Timestamp) {
        let expires = now.advanced(bySeconds: Self.tokenSeconds)
        let payload = account.hash.bytes + UInt64(expires.milliseconds).tokenBytes
        let code = HashSuite.sha256.authenticationCode(key: key, payload)
        return (Base64URL.encode(payload + code.bytes), expires)
    }

    /// The account of a token that is genuine and has not expired.
    func account(of token: some StringProtocol, now: Timestamp) -> AccountID? {
        guard let bytes = Base64URL.decode(token), bytes.count == 72 else { return nil }
        let payload = Array(bytes[..<40])
        let code = HashSuite.sha256.authenticationCode(key: key, payload)
        guard constantTimeEqual(code.bytes, Array(bytes[40...])),
            let account = Hash256(payload[..<32])
        else { return nil }
        let expires = payload[32...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return expires > now.milliseconds ? AccountID(account) : nil
    }
}

extension UInt64 {
    fileprivate var tokenBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}
