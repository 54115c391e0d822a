import Base

/// Draws whole numbers from a seed: the same everywhere, in debug and in release.
struct Chance {
    private var generator: SplitMix64

    init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    mutating func word() -> UInt64 { generator.next() }

    /// A number below `bound`, 0 when the bound is 0.
    mutating func below(_ bound: UInt64) -> UInt64 {
        bound == 0 ? 0 : generator.next().multipliedFullWidth(by: bound).high
    }

    mutating func below(_ bound: Int) -> Int { Int(below(UInt64(max(0, bound)))) }

    mutating func within(_ range: ClosedRange<UInt64>) -> UInt64 {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    /// True in `parts` of a thousand draws.
    mutating func happens(_ parts: UInt64) -> Bool { parts > 0 && below(1000) < parts }

    mutating func pick<Item>(_ items: [Item]) -> Item? {
        items.isEmpty ? nil : items[below(items.count)]
    }
}

/// Mixes words into one: for hashes of traces and for stand-ins of signatures.
struct Mixer {
    private(set) var value: UInt64

    init(_ seed: UInt64 = 0x6B61_6E67_6C69_616E) { value = seed }

    mutating func add(_ word: UInt64) {
        value = (value ^ word) &* 0x9FB2_1C65_1E98_DF25
        value ^= value >> 32
    }

    mutating func add(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { buffer in
            var index = 0
            while index + 8 <= buffer.count {
                let word = buffer.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                add(UInt64(littleEndian: word))
                index += 8
            }
            var rest = UInt64(buffer.count) << 56
            while index < buffer.count {
                rest = rest << 8 ^ UInt64(buffer[index])
                index += 1
            }
            add(rest)
        }
    }
}
