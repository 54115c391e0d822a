/// The fixed form r ‖ s of a signature, 64 bytes, and OpenSSL's form, DER of two integers.
///
/// Both numbers are from 1 to n − 1, and s is the low one where both would verify: so a signature
/// has one form, and nobody can alter a transaction's bytes without the key.
struct EllipticSignature {
    private static let width = 32

    /// r ‖ s.
    let bytes: [UInt8]

    /// Nil when the count is not 64 or a number is out of range or high.
    init?(bytes: [UInt8], curve: EllipticCurve) {
        guard bytes.count == 2 * Self.width else { return nil }
        let (r, s) = (bytes[..<Self.width], bytes[Self.width...])
        guard
            curve.isInRange(r), curve.isInRange(s), !(curve.isMalleable && curve.isHigh(s))
        else { return nil }
        self.bytes = bytes
    }

    /// Reads what OpenSSL signed, and turns a high s into the low one.
    init?(der: [UInt8], curve: EllipticCurve) {
        guard der.count > 2, der[0] == 0x30, Int(der[1]) == der.count - 2 else { return nil }
        var rest = der[2...]
        guard let r = Self.readInteger(&rest), var s = Self.readInteger(&rest), rest.isEmpty
        else { return nil }
        if curve.isMalleable, curve.isHigh(s) { s = curve.negated(s) }
        self.init(bytes: r + s, curve: curve)
    }

    /// The form that OpenSSL verifies.
    var der: [UInt8] {
        let body = Self.integer(bytes[..<Self.width]) + Self.integer(bytes[Self.width...])
        return [0x30, UInt8(body.count)] + body
    }

    private static func integer(_ number: ArraySlice<UInt8>) -> [UInt8] {
        let significant = number.drop { $0 == 0 }
        let sign: [UInt8] = (significant.first ?? 0x80) >= 0x80 ? [0] : []
        return [0x02, UInt8(sign.count + significant.count)] + sign + significant
    }

    private static func readInteger(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        guard rest.popFirst() == 0x02, let count = rest.popFirst(), rest.count >= Int(count)
        else { return nil }
        let significant = rest.prefix(Int(count)).drop { $0 == 0 }
        rest = rest.dropFirst(Int(count))
        guard significant.count <= width else { return nil }
        return [UInt8](repeating: 0, count: width - significant.count) + significant
    }
}
