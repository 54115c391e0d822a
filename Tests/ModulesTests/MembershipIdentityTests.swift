import Base
import Cryptography
import Ledger
import Membership
import Testing

@Suite("A social credit code")
struct SocialCreditCodeTests {
    // The example of GB 32100-2015 and the public codes of well-known organisations.
    static let valid = [
        "91350100M000100Y43", "91330100799655058B", "9144030071526726XG", "914403001922038216",
        "91110000802100433B", "91310000132260250X", "12330000470051726F",
    ]

    @Test("with a right check character is read", arguments: valid)
    func reads(_ text: String) throws {
        let code = try #require(SocialCreditCode(text))
        #expect(code.text == text)
        #expect(code.tableKey.count == SocialCreditCode.length)
        #expect(SocialCreditCode(completing: String(text.dropLast())) == code)
        #expect(SocialCreditCode(completing: text) == nil)
    }

    @Test("with any one character replaced is refused", arguments: valid)
    func refusesReplacement(_ text: String) {
        let alphabet = Array("0123456789ABCDEFGHJKLMNPQRTUWXY")
        let characters = Array(text)
        for index in characters.indices {
            for letter in alphabet where letter != characters[index] {
                var changed = characters
                changed[index] = letter
                #expect(SocialCreditCode(String(changed)) == nil, "\(String(changed))")
            }
        }
    }

    @Test("whose division is not of digits is refused, whatever its check character")
    func refusesDivision() {
        #expect(SocialCreditCode(completing: "91330100799655058") != nil)
        for index in 2..<8 {
            var beginning = Array("91330100799655058")
            beginning[index] = "A"
            #expect(SocialCreditCode(completing: String(beginning)) == nil)
        }
    }

    @Test("with two different neighbours swapped is refused", arguments: valid)
    func refusesSwaps(_ text: String) {
        let characters = Array(text)
        for index in 0..<17 where characters[index] != characters[index + 1] {
            var changed = characters
            changed.swapAt(index, index + 1)
            #expect(SocialCreditCode(String(changed)) == nil, "\(String(changed))")
        }
    }

    @Test(
        "of another shape is refused",
        arguments: [
            "", "9", "91330100799655058", "91330100799655058BB", "91330100799655058b",
            "9133010079965505 B", "91330100I99655058B", "91330100799655058\u{30E}", "康链康链康链",
        ])
    func refusesShape(_ text: String) { #expect(SocialCreditCode(text) == nil) }
}

@Suite("A real name")
struct RealNameTests {
    let secret = SecretBytes(copying: Array(0..<32))

    @Test("is committed to as HMAC over label, number and pseudonym")
    func definition() throws {
        let pseudonym = AccountID(.zero)
        let message =
            Array("kanglian/identity/1".utf8) + [0] + Array("11010519491231002X".utf8)
            + [UInt8](repeating: 0, count: 32)
        #expect(
            RealName.identity("11010519491231002X", of: pseudonym, secret: secret)
                == HashSuite.sha256.authenticationCode(key: secret, message))
    }

    @Test("gives unrelated commitments for pseudonyms, secrets and kinds of number")
    func separation() {
        let random = SeededRandom(seed: 7)
        let (first, second) = (AccountID(random.hash256()), AccountID(random.hash256()))
        let other = SecretBytes(randomCount: 32, from: random)
        let number = "11010519491231002X"
        let commitments = [
            RealName.identity(number, of: first, secret: secret),
            RealName.identity(number, of: second, secret: secret),
            RealName.identity(number, of: first, secret: other),
            RealName.licence(number, of: first, secret: secret),
        ]
        #expect(Set(commitments).count == 4)
    }
}
