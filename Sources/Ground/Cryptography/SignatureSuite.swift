/// A signature algorithm, named by one byte before every key and in every format that signs.
package enum SignatureSuite: UInt8, CaseIterable, Hashable, Sendable {
    /// Ed25519 (RFC 8032), the default.
    case ed25519 = 1
    /// ECDSA over P-256 with SHA-256 (FIPS 186-5), low S only.
    case p256 = 2
    /// SM2 with SM3 and the default identity 1234567812345678 (GB/T 32918.2, GM/T 0009).
    case sm2 = 3

    /// The bytes of a signature, the same for every suite: R ‖ S or r ‖ s.
    package static let signatureCount = 64

    /// The bytes of a public key, without the suite's byte.
    package var publicKeyCount: Int {
        switch self {
        case .ed25519: 32
        case .p256, .sm2: EllipticCurve.pointCount
        }
    }

    /// The curve of an elliptic-curve suite; nil for Ed25519, which libsodium computes.
    var curve: EllipticCurve? {
        switch self {
        case .ed25519: nil
        case .p256: .p256
        case .sm2: .sm2
        }
    }
}
