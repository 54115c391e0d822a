extension JSONValue {
    /// Whether two values mean the same (RFC 6902 §4.6).
    ///
    /// Numbers count by their value, `1.0` as `1`, and members of objects in any order. `==`
    /// compares texts.
    package func means(_ other: JSONValue) -> Bool {
        switch (self, other) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)):
            left.isSame(as: right) || Self.haveSameValue(left, right)
        case (.string(let left), .string(let right)): left.isSame(as: right)
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.means($1) }
        case (.object(let left), .object(let right)):
            left.count == right.count && Self.haveSameMembers(left, right)
        default: false
        }
    }

    private static func haveSameValue(_ left: String, _ right: String) -> Bool {
        guard let left = JSONDecimal(left), let right = JSONDecimal(right) else { return false }
        return left == right
    }

    private static func haveSameMembers(_ left: [JSONMember], _ right: [JSONMember]) -> Bool {
        let (left, right) = (sorted(left), sorted(right))
        return zip(left, right).allSatisfy { $0.key.isSame(as: $1.key) && $0.value.means($1.value) }
    }

    private static func sorted(_ members: [JSONMember]) -> [JSONMember] {
        members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }
}

/// A number's value, exactly: digits without outer zeros, and the power of ten behind them.
private struct JSONDecimal: Equatable {
    private let isNegative: Bool
    private let digits: [UInt8]
    private let exponent: Int

    static func == (left: JSONDecimal, right: JSONDecimal) -> Bool {
        guard !left.digits.isEmpty || !right.digits.isEmpty else { return true }
        return left.isNegative == right.isNegative && left.digits == right.digits
            && left.exponent == right.exponent
    }

    /// - Parameter text: by the grammar of RFC 8259 §6; nil when its exponent does not fit.
    init?(_ text: String) {
        let parts = text.utf8.split { $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E") }
        guard let mantissa = parts.first else { return nil }
        var power = 0
        if parts.count > 1 {
            guard let written = Int(String(decoding: parts[1], as: UTF8.self)),
                abs(written) < 1 << 40
            else { return nil }
            power = written
        }
        isNegative = mantissa.first == UInt8(ascii: "-")
        let halves = mantissa.drop { $0 == UInt8(ascii: "-") }.split(separator: UInt8(ascii: "."))
        var all = halves.flatMap(Array.init)
        if halves.count > 1 { power -= halves[1].count }
        while all.last == UInt8(ascii: "0") {
            all.removeLast()
            power += 1
        }
        digits = Array(all.drop { $0 == UInt8(ascii: "0") })
        exponent = power
    }
}
