import Cryptography
import Finality

/// Signatures that cost next to nothing: the signer's key and a short checksum of the message.
///
/// They bind a signer to a message against mistakes, not against forgers: in the small world
/// nobody forges, because the search gives to the Byzantine validator its own name only.
struct StandInAuthenticator: Authenticator {
    private let key: [UInt8]

    init(key: PublicKey) { self.key = key.bytes }

    func sign(_ message: [UInt8]) -> [UInt8] { Self.signature(key, message) }

    func isValid(
        _ signature: [UInt8], by key: PublicKey, for message: [UInt8]
    ) -> Bool {
        signature == Self.signature(key.bytes, message)
    }

    /// The key's first byte and FNV-1a over both (Fowler, Noll, Vo; 64 bits).
    private static func signature(_ key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in key + message { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return [key.first ?? 0] + (0..<8).map { UInt8(truncatingIfNeeded: hash >> ($0 * 8)) }
    }
}
