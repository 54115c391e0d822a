package import Base

/// A resident identity number (公民身份号码) of 18 characters.
///
/// Six digits of region, eight of birth date, three of sequence (odd for men), one check character.
/// Its description is masked, so that it can never reach a log by accident.
///
/// Source: GB 11643-1999; check character ISO 7064 MOD 11-2.
package struct IdentityNumber: Hashable, Sendable, CustomStringConvertible {
    /// How many characters a number has.
    package static let characterCount = 18

    /// The whole number: it identifies a person, so handle it like health data.
    package let text: String
    package let region: RegionCode
    package let birthDate: CivilDate
    package let sex: Sex

    /// Reads a number; a small `x` at the end is taken as `X`.
    ///
    /// - Throws: ``IdentityNumberError`` for the first rule that is broken.
    package init(_ text: String) throws(IdentityNumberError) {
        // Scalars, because six full-width digits are 18 bytes too.
        let scalars = Array(text.unicodeScalars)
        guard scalars.count == Self.characterCount else { throw .length(found: scalars.count) }
        var characters: [UInt8] = []
        for (index, scalar) in scalars.enumerated() {
            switch scalar {
            case "0"..."9": characters.append(UInt8(truncatingIfNeeded: scalar.value))
            case "X" where index == 17, "x" where index == 17: characters.append(0x58)
            default: throw .character(position: index + 1)
            }
        }
        let digits = characters.prefix(17).map { Int($0 - 0x30) }
        func number(_ range: Range<Int>) -> Int { digits[range].reduce(0) { $0 * 10 + $1 } }
        guard let region = RegionCode(String(decoding: characters[..<6], as: UTF8.self)) else {
            throw .region
        }
        guard
            let birthDate = CivilDate(
                year: number(6..<10), month: number(10..<12), day: number(12..<14)),
            birthDate.year >= Self.earliestYear
        else { throw .birthDate }
        let check = Self.checkCharacter(digits)
        guard check == characters[17] else { throw .checkCharacter }
        self.text = String(decoding: characters, as: UTF8.self)
        (self.region, self.birthDate) = (region, birthDate)
        sex = digits[16] % 2 == 1 ? .male : .female
    }

    /// The number of a region, birth date and sequence; nil for a sequence outside of 0 to 999.
    init?(region: RegionCode, birthDate: CivilDate, sequence: Int) {
        guard (0...999).contains(sequence) else { return nil }
        let date = birthDate.iso.utf8.filter { $0 != 0x2D }
        let padded = Array("\(1000 + sequence)".utf8.dropFirst())
        let body = Array(region.digits.utf8) + date + padded
        guard body.count == 17, birthDate.year >= Self.earliestYear else { return nil }
        let check = Self.checkCharacter(body.map { Int($0 - 0x30) })
        text = String(decoding: body + [check], as: UTF8.self)
        (self.region, self.birthDate) = (region, birthDate)
        sex = sequence % 2 == 1 ? .male : .female
    }

    /// No holder of a number was born before this year.
    private static let earliestYear = 1850

    /// The check character of 17 digits: `0` to `9` or `X`.
    private static func checkCharacter(_ digits: [Int]) -> UInt8 {
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
        let sum = zip(weights, digits).reduce(0) { $0 + $1.0 * $1.1 }
        return Array("10X98765432".utf8)[sum % 11]
    }

    /// The province and stars, such as `33****************`.
    package var description: String {
        region.province.code + String(repeating: "*", count: Self.characterCount - 2)
    }
}

/// Sex as identity numbers and FHIR's `administrative-gender` record it.
package enum Sex: String, Hashable, Sendable {
    case male, female
}

/// Why a text is no resident identity number; never holds the text itself.
package enum IdentityNumberError: Error, Hashable, Sendable {
    /// Not 18 characters; those of the first generation had 15.
    case length(found: Int)
    /// Neither a digit nor, at the end, an `X`; positions count from 1.
    case character(position: Int)
    /// The first two digits name no province.
    case region
    /// The date does not exist.
    case birthDate
    /// The last character does not fit the others: probably a slip in typing.
    case checkCharacter

    /// What a person is told.
    package var refusal: Refusal {
        switch self {
        case .length(let found):
            Refusal(
                "identity-number.length",
                "An identity number has 18 characters, not \(found); enter all of it.",
                "身份证号码应为18位，现为\(found)位；请完整输入。")
        case .character(let position):
            Refusal(
                "identity-number.character",
                "Character \(position) of the identity number is not allowed; use digits, and "
                    + "X only at the end.",
                "身份证号码第\(position)位无效；只能是数字，末位可为 X。")
        case .region:
            Refusal(
                "identity-number.region",
                "The identity number's first two digits are no province; check them.",
                "身份证号码前两位不是有效的省级代码；请核对。")
        case .birthDate:
            Refusal(
                "identity-number.birth-date",
                "Digits 7 to 14 of the identity number are no date; check them.",
                "身份证号码第7至14位不是有效日期；请核对。")
        case .checkCharacter:
            Refusal(
                "identity-number.check-character",
                "The identity number's last character does not fit the others; check each digit.",
                "身份证号码校验位不符；请逐位核对。")
        }
    }
}
