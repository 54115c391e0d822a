/// The JSON Canonicalization Scheme (RFC 8785): one text for every value.
///
/// Numbers become IEEE 754 doubles here and only here, because the scheme says so: `5.10` and `5.1`
/// have the same canonical text. The ledger therefore never uses it; it serves formats that
/// sign canonical JSON.
package enum JSONCanonical {
    /// The canonical text.
    ///
    /// - Throws: ``JSONError/numberOutOfRange(offset:)`` for numbers beyond double precision,
    ///   ``JSONError/invalidNumber(offset:)`` and ``JSONError/duplicateKey(offset:)`` for trees
    ///   that were not parsed. Offsets count bytes of the canonical text before the problem.
    package static func canonicalize(_ value: JSONValue) throws(JSONError) -> [UInt8] {
        var bytes: [UInt8] = []
        try append(value, to: &bytes)
        return bytes
    }

    /// The ECMAScript text of the double with these bits; nil for infinities and NaN.
    package static func number(_ bits: UInt64) -> String? {
        let value = Double(bitPattern: bits)
        return value.isFinite ? text(of: value) : nil
    }

    private static func append(
        _ value: JSONValue, to bytes: inout [UInt8]
    ) throws(JSONError) {
        switch value {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .string(let text): JSONText.append(text, to: &bytes)
        case .number(let text):
            guard JSONValue.isNumber(text), let number = Double(text) else {
                throw .invalidNumber(offset: bytes.count)
            }
            guard let canonical = Self.number(number.bitPattern) else {
                throw .numberOutOfRange(offset: bytes.count)
            }
            bytes.append(contentsOf: canonical.utf8)
        case .array(let elements):
            bytes.append(0x5B)
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(0x2C) }
                try append(element, to: &bytes)
            }
            bytes.append(0x5D)
        case .object(let members): try append(members, to: &bytes)
        }
    }

    /// Members by the UTF-16 units of their keys (RFC 8785 §3.2.3).
    private static func append(
        _ members: [JSONMember], to bytes: inout [UInt8]
    ) throws(JSONError) {
        let sorted = members.map { (units: Array($0.key.utf16), member: $0) }
            .sorted { $0.units.lexicographicallyPrecedes($1.units) }
        bytes.append(0x7B)
        for (index, entry) in sorted.enumerated() {
            if index > 0 {
                guard sorted[index - 1].units != entry.units else {
                    throw .duplicateKey(offset: bytes.count)
                }
                bytes.append(0x2C)
            }
            JSONText.append(entry.member.key, to: &bytes)
            bytes.append(0x3A)
            try append(entry.member.value, to: &bytes)
        }
        bytes.append(0x7D)
    }

    /// `Number::toString` of ECMA-262 for a finite value, from Swift's shortest digits.
    private static func text(of value: Double) -> String {
        guard value != 0 else { return "0" }
        let sign = value < 0 ? "-" : ""
        let (digits, point) = shortestDigits(value.magnitude)
        let count = digits.count
        func zeros(_ count: Int) -> String { String(repeating: "0", count: count) }
        func text(_ digits: some Sequence<UInt8>) -> String {
            String(decoding: Array(digits), as: UTF8.self)
        }
        switch point {
        case count...21:  // No double needs more than 17 digits.
            return sign + text(digits) + zeros(point - count)
        case 1...21:
            return sign + text(digits[..<point]) + "." + text(digits[point...])
        case -5...0:
            return sign + "0." + zeros(-point) + text(digits)
        default:
            let exponent = point - 1
            let fraction = count > 1 ? "." + text(digits[1...]) : ""
            return sign + text(digits[..<1]) + fraction + "e"
                + (exponent < 0 ? "-" : "+") + String(exponent.magnitude)
        }
    }

    /// The fewest decimal digits that round to the value, and where the point stands among them.
    ///
    /// The value is `0.d₁d₂… × 10^point`. Swift's description of a double has exactly these digits.
    private static func shortestDigits(_ value: Double) -> (digits: [UInt8], point: Int) {
        let description = value.description
        let parts = description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".")
        var digits = mantissa.flatMap { Array($0.utf8) }
        var point = mantissa[0].utf8.count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        let leading = digits.prefix { $0 == 0x30 }.count
        digits.removeFirst(leading)
        point -= leading
        while digits.last == 0x30 { digits.removeLast() }
        return (digits, point)
    }
}
