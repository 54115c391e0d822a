/// Signatures of P-256 as vectors write them.
enum EllipticVector {
    private static let width = 32

    /// Half of the order of the group, rounded down: greater numbers are high.
    private static let halfOrder: [UInt8] = [
        0x7F, 0xFF, 0xFF, 0xFF, 0x80, 0x00, 0x00, 0x00, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFF, 0xDE, 0x73, 0x7D, 0x56, 0xD3, 0x8B, 0xCF, 0x42, 0x79, 0xDC, 0xE5, 0x61, 0x7E, 0x31,
        0x92, 0xA8,
    ]

    /// Whether the s of r ‖ s is the higher of the two that verify.
    static func hasHighS(_ signature: [UInt8]) -> Bool {
        signature.count == 2 * width
            && halfOrder.lexicographicallyPrecedes(signature[width...])
    }

    /// r ‖ s of a DER sequence of two integers; nil for every other encoding (X.690 §10).
    static func fixed(der: [UInt8]) -> [UInt8]? {
        guard der.count >= 2, der[0] == 0x30, der[1] < 0x80, Int(der[1]) == der.count - 2
        else { return nil }
        var rest = der[2...]
        guard let r = integer(&rest), let s = integer(&rest), rest.isEmpty else { return nil }
        return r + s
    }

    /// A positive integer in the fewest bytes, at most 32 of them.
    private static func integer(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        guard rest.popFirst() == 0x02, let count = rest.popFirst(), (1...33).contains(count),
            rest.count >= Int(count)
        else { return nil }
        let body = Array(rest.prefix(Int(count)))
        rest = rest.dropFirst(Int(count))
        guard body[0] < 0x80 else { return nil }
        if body.count > 1, body[0] == 0, body[1] < 0x80 { return nil }
        let number = body[0] == 0 ? body[1...] : body[...]
        guard number.count <= width else { return nil }
        return [UInt8](repeating: 0, count: width - number.count) + number
    }
}
