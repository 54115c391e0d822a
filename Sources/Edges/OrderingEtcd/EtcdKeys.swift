import Base
import Ordering

/// Which keys of the store stand for which positions of one chain.
///
/// `/kanglian/`, the chain, `/`, the stream, `/`, the sequence; numbers as 16 hexadecimal digits,
/// so that the order of keys is the order of positions.
struct EtcdKeys: Sendable {
    private let prefix: [UInt8]

    init(chain: Hash256) { prefix = Array("/kanglian/\(chain)/".utf8) }

    func key(_ position: EnginePosition) -> [UInt8] {
        prefix + Self.digits(position.stream) + [Self.slash] + Self.digits(position.sequence)
    }

    /// The first key behind all of a stream's.
    func end(ofStream stream: UInt64) -> [UInt8] {
        prefix + Self.digits(stream) + [Self.slash + 1]
    }

    /// All keys at and before a position, as a range with its upper bound left out.
    func range(through position: EnginePosition) -> (first: [UInt8], end: [UInt8]) {
        (key(EnginePosition(stream: 0, sequence: 0)), key(position) + [0])
    }

    /// The position that a key stands for; nil for keys that are not ours.
    func position(of key: [UInt8]) -> EnginePosition? {
        guard key.count == prefix.count + 33, key.starts(with: prefix),
            key[prefix.count + 16] == Self.slash,
            let stream = Self.number(key[prefix.count..<prefix.count + 16]),
            let sequence = Self.number(key[(prefix.count + 17)...])
        else { return nil }
        return EnginePosition(stream: stream, sequence: sequence)
    }

    private static let slash = UInt8(ascii: "/")

    private static func digits(_ number: UInt64) -> [UInt8] {
        (0..<16).map { index in
            let digit = UInt8(truncatingIfNeeded: number >> UInt64(60 - 4 * index)) & 15
            return digit < 10 ? digit + 48 : digit + 87
        }
    }

    /// Lower-case digits only, so that a position has one key.
    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var number: UInt64 = 0
        for digit in digits {
            switch digit {
            case 48...57: number = number << 4 | UInt64(digit - 48)
            case 97...102: number = number << 4 | UInt64(digit - 87)
            default: return nil
            }
        }
        return number
    }
}
