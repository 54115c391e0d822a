import Base

/// A seeded choice of sample facts; whole numbers only, so that every machine agrees.
struct SampleDice {
    private var generator: SplitMix64

    /// One independent stream for each resident.
    init(seed: UInt64, province: String, index: Int) {
        var mixer = SplitMix64(seed: seed ^ (UInt64(province) ?? 0) << 56)
        generator = SplitMix64(seed: mixer.next() ^ UInt64(bitPattern: Int64(index)))
        generator = SplitMix64(seed: generator.next())
    }

    /// A number in the range, all nearly equally likely.
    mutating func number(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(generator.next() >> 1) % range.count
    }

    /// True `percent` times in a hundred.
    mutating func happens(_ percent: Int) -> Bool { number(0...99) < percent }

    /// One of the choices, of which there must be at least one.
    mutating func pick<Choice>(_ choices: [Choice]) -> Choice {
        choices[number(0...choices.count - 1)]
    }

    /// A number near the middle of the range: the mean of two throws.
    mutating func central(_ range: ClosedRange<Int>) -> Int {
        (number(range) + number(range)) / 2
    }

    /// A random UUID (RFC 9562 version 4) in lower case.
    mutating func uuid() -> String {
        var bytes: [UInt8] = []
        for _ in 0..<2 {
            let word = generator.next()
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let text = Hex.encode(bytes)
        var parts: [Substring] = []
        var rest = text[...]
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return parts.joined(separator: "-")
    }
}

/// A decimal as a whole number of units of 10⁻ᵖˡᵃᶜᵉˢ, so that `5.10` keeps its zero.
struct SampleDecimal {
    let units: Int
    let places: Int

    var text: String {
        guard places > 0 else { return String(units) }
        let digits = String(units.magnitude)
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        return (units < 0 ? "-" : "") + padded.dropLast(places) + "." + padded.suffix(places)
    }
}
