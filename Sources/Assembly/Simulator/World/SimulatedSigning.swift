import Base
import Cryptography
import Finality
import Ledger

/// Signatures that cost almost nothing: a hash of the message under the key's secret.
///
/// The secret follows from the public key, so that anybody could check; in the simulated world
/// nobody signs with a key that is not their own.
struct SimulatedAuthenticator: Authenticator {
    private let secret: UInt64

    init(key: PublicKey) { secret = Self.secret(of: key) }

    func sign(_ message: [UInt8]) -> [UInt8] { Self.signature(secret, message) }

    func isValid(_ signature: [UInt8], by key: PublicKey, for message: [UInt8]) -> Bool {
        guard signature.count == 8 else { return false }
        let expected = Self.word(Self.secret(of: key), message)
        return signature.withUnsafeBytes {
            UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) == expected
        }
    }

    private static func secret(of key: PublicKey) -> UInt64 {
        var mixer = Mixer(0x51ED_270B)
        mixer.add(key.bytes)
        return mixer.value
    }

    private static func word(_ secret: UInt64, _ message: [UInt8]) -> UInt64 {
        var mixer = Mixer(secret)
        mixer.add(message)
        return mixer.value
    }

    private static func signature(_ secret: UInt64, _ message: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: word(secret, message).littleEndian) { Array($0) }
    }
}

/// A validator's place in the simulated zone: its key outlives every machine that holds it.
struct Seat: Sendable {
    let key: PublicKey
    let account: AccountID

    init?(number: Int) {
        var chance = Chance(seed: 0x5EA7 + UInt64(number))
        var bytes: [UInt8] = []
        for _ in 0..<4 { bytes += withUnsafeBytes(of: chance.word().bigEndian) { Array($0) } }
        guard let key = try? PublicKey(suite: .ed25519, bytes: bytes) else { return nil }
        self.key = key
        account = AccountID(foundedBy: key)
    }
}
