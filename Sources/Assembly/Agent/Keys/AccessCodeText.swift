package import Base
import Cryptography

/// Why typed text is not an access code.
package enum AccessCodeTextError: Error, Hashable, Sendable {
    /// There are not 26 letters and digits; `count` were found.
    case length(count: Int)
    /// The character at this place, counted from 1 without spaces and hyphens, is in no code.
    case character(place: Int)
    /// The check character does not fit: something was mistyped.
    case checksum

    /// What the person who typed it is told.
    package var refusal: Refusal {
        switch self {
        case .length(let count):
            Refusal(
                "access-code.length",
                "An access code has \(AccessCodeText.symbolCount) letters and digits; \(count) "
                    + "were typed. Compare it with the original.",
                "授权码共 \(AccessCodeText.symbolCount) 位字母和数字，现输入 \(count) 位。请核对原码。")
        case .character(let place):
            Refusal(
                "access-code.character",
                "Character \(place) of the access code is in no code. Codes use digits and "
                    + "letters without U; compare it with the original.",
                "授权码第 \(place) 位字符无效。授权码只含数字和除 U 以外的字母，请核对原码。")
        case .checksum:
            Refusal(
                "access-code.checksum",
                "The access code is mistyped: its check character does not fit. Compare it with "
                    + "the original, group by group.",
                "授权码输入有误：校验位不符。请逐组核对原码。")
        }
    }
}

/// The access code that a resident reads to a doctor: 125 random bits and a check character.
///
/// 26 characters of Crockford's base 32 in groups, such as `7ZQ4M-…`. Reading ignores case, spaces
/// and hyphens, and takes O for 0 and I or L for 1. The check character makes the weighted sum of
/// all characters zero in GF(32), with a different weight for each place: every single wrong
/// character and every exchange of two characters is noticed, and 31 of 32 other errors.
///
/// Source: D. Crockford, "Base 32" (the alphabet).
package struct AccessCodeText: Hashable, Sendable {
    /// Characters of a code without its hyphens.
    package static let symbolCount = 26
    private static let groups = [5, 5, 5, 5, 6]
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// 5-bit values, the check last.
    private let symbols: [UInt8]

    /// A fresh code.
    package init(random: any RandomSource) {
        let drawn = random.bytes(Self.symbolCount - 1).map { $0 & 31 }
        symbols = drawn + [Self.check(drawn)]
    }

    /// Reads what a person typed.
    package init(reading text: some StringProtocol) throws(AccessCodeTextError) {
        var symbols: [UInt8] = []
        for character in text where !" -\t\n\r\u{3000}–—".contains(character) {
            guard let value = Self.value(character) else {
                throw .character(place: symbols.count + 1)
            }
            guard symbols.count <= 2 * Self.symbolCount else { break }
            symbols.append(value)
        }
        guard symbols.count == Self.symbolCount else { throw .length(count: symbols.count) }
        guard Self.check(Array(symbols.dropLast())) == symbols.last else { throw .checksum }
        self.symbols = symbols
    }

    /// The code in its one spelling, in groups: show it, never log it.
    package var grouped: String {
        var groups: [String] = []
        var rest = symbols[...]
        for count in Self.groups {
            groups.append(Self.spell(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return groups.joined(separator: "-")
    }

    /// The 26 characters without hyphens, as the input of key derivation.
    var secret: SecretBytes {
        SecretBytes(copying: symbols.map { Self.alphabet[Int($0)] })
    }

    private static func spell(_ symbols: some Sequence<UInt8>) -> String {
        String(decoding: symbols.map { alphabet[Int($0)] }, as: UTF8.self)
    }

    private static func value(_ character: Character) -> UInt8? {
        guard let ascii = character.asciiValue else { return nil }
        let upper = (97...122).contains(ascii) ? ascii - 32 : ascii
        switch upper {
        case UInt8(ascii: "O"): return 0
        case UInt8(ascii: "I"), UInt8(ascii: "L"): return 1
        default: return alphabet.firstIndex(of: upper).map { UInt8($0) }
        }
    }

    // MARK: GF(32)

    /// The character that brings the sum of character × weight to zero; the check's own weight is
    /// 1.
    private static func check(_ symbols: [UInt8]) -> UInt8 {
        // Horner's rule: the weight of the first character is the highest power of the generator.
        symbols.reduce(0) { sum, symbol in timesGenerator(sum ^ symbol) }
    }

    /// Multiplies by x modulo x⁵ + x² + 1, which is primitive: 31 different weights.
    private static func timesGenerator(_ value: UInt8) -> UInt8 {
        let doubled = value << 1
        return doubled & 32 == 0 ? doubled : (doubled ^ 0b10_0101)
    }
}

extension AccessCodeText: CustomStringConvertible, CustomReflectable {
    /// Says nothing: a code is a key.
    package var description: String { "AccessCodeText" }

    /// No children, so that `dump` shows nothing.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
