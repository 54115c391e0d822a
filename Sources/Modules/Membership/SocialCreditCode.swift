import ContractKit

/// A unified social credit code of a Chinese legal entity, with a right check character.
///
/// Source: GB 32100-2015: 17 characters of a 31-letter alphabet (without I, O, S, V and Z) weighted
/// by powers of 3 modulo 31, then the check character; 3 to 8 are the division's digits (GB/T
/// 2260).
package struct SocialCreditCode: Hashable, Sendable, CustomStringConvertible, TableKey {
    /// Characters of a code.
    package static let length = 18

    package let text: String

    private static let alphabet = Array("0123456789ABCDEFGHJKLMNPQRTUWXY".utf8)

    /// Nil for another length, letter or check character.
    package init?(_ text: String) {
        let characters = Array(text.utf8)
        guard characters.count == Self.length,
            characters[2..<8].allSatisfy({ (48...57).contains($0) }),
            let check = Self.checkCharacter(of: characters.prefix(Self.length - 1)),
            check == characters[Self.length - 1]
        else { return nil }
        self.text = text
    }

    /// The code that begins with these 17 characters; nil for other lengths or letters.
    package init?(completing beginning: String) {
        let characters = Array(beginning.utf8)
        guard let check = Self.checkCharacter(of: characters) else { return nil }
        self.init(String(decoding: characters + [check], as: UTF8.self))
    }

    /// The check character that completes the first 17; nil for letters outside of the alphabet.
    private static func checkCharacter(of characters: some Sequence<UInt8>) -> UInt8? {
        var sum = 0
        var weight = 1
        for character in characters {
            guard let value = alphabet.firstIndex(of: character) else { return nil }
            sum += value * weight
            weight = weight * 3 % alphabet.count
        }
        return alphabet[(alphabet.count - sum % alphabet.count) % alphabet.count]
    }

    package var description: String { text }

    /// The 18 characters, which sort by authority and division.
    package var tableKey: [UInt8] { Array(text.utf8) }
}
