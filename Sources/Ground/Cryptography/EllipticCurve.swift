internal import COpenSSL

/// What the two Weierstrass suites need to know about their curve; numbers are big-endian.
struct EllipticCurve: Sendable {
    /// The bytes of a compressed point (SEC 1 §2.3.3).
    static let pointCount = 33

    /// The identity that GM/T 0009 prescribes where the parties agreed on no other.
    static let sm2Identity = Array("1234567812345678".utf8)

    /// The digest that its signatures sign.
    let digest: HashSuite
    /// OpenSSL's name of the key type.
    let keyType: String
    /// OpenSSL's name of the group.
    let groupName: StaticString
    /// The order n of the group, 32 bytes.
    let order: [UInt8]
    /// Whether (r, n − s) verifies whenever (r, s) does, so that one half of s must be refused.
    let isMalleable: Bool

    private let group: Group

    private init(
        digest: HashSuite, keyType: String, groupName: StaticString, identifier: Int32,
        order: [UInt8],
        isMalleable: Bool
    ) {
        self.digest = digest
        self.keyType = keyType
        self.groupName = groupName
        self.order = order
        self.isMalleable = isMalleable
        group = Group(identifier)
    }

    /// Owns one EC_GROUP for the life of the process.
    ///
    /// Sendable, because it is only read.
    private final class Group: @unchecked Sendable {
        let pointer: OpaquePointer?

        init(_ identifier: Int32) { pointer = EC_GROUP_new_by_curve_name(identifier) }
    }

    /// NIST P-256 (FIPS 186-5; the order in SP 800-186 §3.2.1.3).
    static let p256 = EllipticCurve(
        digest: .sha256, keyType: "EC", groupName: "prime256v1", identifier: NID_X9_62_prime256v1,
        order: [
            0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
            0xFF, 0xFF, 0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2,
            0xFC, 0x63, 0x25, 0x51,
        ], isMalleable: true)

    /// The curve of GB/T 32918.5-2017.
    static let sm2 = EllipticCurve(
        digest: .sm3, keyType: "SM2", groupName: "SM2", identifier: NID_sm2,
        order: [
            0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
            0xFF, 0xFF, 0x72, 0x03, 0xDF, 0x6B, 0x21, 0xC6, 0x05, 0x2B, 0x53, 0xBB, 0xF4, 0x09,
            0x39, 0xD5, 0x41, 0x23,
        ], isMalleable: false)

    /// The compressed point d·G of a scalar from 1 to n − 1; nil when OpenSSL fails.
    func publicPoint(of scalar: SecretBytes) -> [UInt8]? {
        guard let number = BN_secure_new() else { return nil }
        defer { BN_clear_free(number) }
        BN_set_flags(number, BN_FLG_CONSTTIME)
        guard
            scalar.withAddress({ BN_bin2bn($0, Int32(scalar.count), number) }) != nil,
            let point = EC_POINT_new(group.pointer)
        else { return nil }
        defer { EC_POINT_free(point) }
        guard EC_POINT_mul(group.pointer, point, number, nil, nil, nil) == 1 else { return nil }
        var bytes = [UInt8](repeating: 0, count: Self.pointCount)
        let count = EC_POINT_point2oct(
            group.pointer, point, POINT_CONVERSION_COMPRESSED, &bytes, bytes.count, nil)
        return count == bytes.count ? bytes : nil
    }

    /// Whether 32 bytes are a number from 1 to n − 1.
    func isInRange(_ number: some Collection<UInt8>) -> Bool {
        number.contains { $0 != 0 } && number.lexicographicallyPrecedes(order)
    }

    /// Whether a number of the range is above n / 2.
    func isHigh(_ number: some Collection<UInt8>) -> Bool {
        negated(number).lexicographicallyPrecedes(number)
    }

    /// n − number, for a number of the range.
    func negated(_ number: some Collection<UInt8>) -> [UInt8] {
        var result = order
        var borrow = 0
        for (index, byte) in zip(result.indices, number).reversed() {
            let difference = Int(result[index]) - Int(byte) - borrow
            result[index] = UInt8(truncatingIfNeeded: difference)
            borrow = difference < 0 ? 1 : 0
        }
        return result
    }
}
