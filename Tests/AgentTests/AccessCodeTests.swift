import Agent
import Base
import Cryptography
import FHIRModel
import Ledger
import Testing

struct AccessCodeTests {
    private let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

    private func plain(_ code: AccessCodeText) -> [Character] {
        Array(code.grouped.filter { $0 != "-" })
    }

    @Test("a code is five groups of Crockford's characters", arguments: 0..<20)
    func form(seed: UInt64) {
        let code = AccessCodeText(random: SeededRandom(seed: seed))
        #expect(code.grouped.split(separator: "-").map(\.count) == [5, 5, 5, 5, 6])
        #expect(plain(code).allSatisfy { alphabet.contains($0) })
    }

    @Test("a code reads back whatever its case, spaces and hyphens", arguments: 0..<20)
    func reading(seed: UInt64) throws {
        let code = AccessCodeText(random: SeededRandom(seed: seed))
        let text = code.grouped
        let spaced = "  " + text.lowercased().replacing("-", with: " ") + "\n"
        let confused = String(
            text.map { $0 == "0" ? "o" : $0 == "1" ? (seed % 2 == 0 ? "I" : "l") : $0 })
        #expect(try AccessCodeText(reading: text) == code)
        #expect(try AccessCodeText(reading: spaced) == code)
        #expect(try AccessCodeText(reading: confused) == code)
    }

    @Test("every single wrong character is noticed", arguments: 0..<4)
    func substitution(seed: UInt64) {
        let characters = plain(AccessCodeText(random: SeededRandom(seed: seed)))
        for place in characters.indices {
            for wrong in alphabet where wrong != characters[place] {
                var typed = characters
                typed[place] = wrong
                #expect(throws: AccessCodeTextError.checksum) {
                    try AccessCodeText(reading: String(typed))
                }
            }
        }
    }

    @Test("every exchange of two different characters is noticed", arguments: 0..<4)
    func transposition(seed: UInt64) {
        let characters = plain(AccessCodeText(random: SeededRandom(seed: seed)))
        for first in characters.indices {
            for second in characters.indices
            where second > first && characters[first] != characters[second] {
                var typed = characters
                typed.swapAt(first, second)
                #expect(throws: AccessCodeTextError.checksum) {
                    try AccessCodeText(reading: String(typed))
                }
            }
        }
    }

    @Test("a short code, a long code and a foreign character are told apart")
    func otherErrors() {
        let text = AccessCodeText(random: SeededRandom(seed: 1)).grouped
        #expect(throws: AccessCodeTextError.length(count: 25)) {
            try AccessCodeText(reading: text.dropLast())
        }
        #expect(throws: AccessCodeTextError.length(count: 27)) {
            try AccessCodeText(reading: text + "0")
        }
        #expect(throws: AccessCodeTextError.length(count: 0)) { try AccessCodeText(reading: "") }
        #expect(throws: AccessCodeTextError.character(place: 3)) {
            try AccessCodeText(reading: "AB-U")
        }
        #expect(throws: AccessCodeTextError.character(place: 1)) {
            try AccessCodeText(reading: "码")
        }
        let endless = String(repeating: "0", count: 1_000_000)
        #expect(throws: AccessCodeTextError.length(count: 53)) {
            try AccessCodeText(reading: endless)
        }
    }

    @Test("a code never shows itself in a description")
    func redaction() {
        let code = AccessCodeText(random: SeededRandom(seed: 1))
        var dumped = ""
        dump(code, to: &dumped)
        #expect(!"\(code)\(String(reflecting: code))\(dumped)".contains(code.grouped.prefix(5)))
    }

    @Test("the keys of a code stay what they were in version 1")
    func frozenKeys() throws {
        let text = try AccessCodeText(reading: "00000-00000-00000-00000-000000")
        let code = try AccessCodeKeys(text, suite: .ed25519)
        #expect(code.account.description == FrozenVectors.accessCodeAccount)
    }

    @Test("an epoch seed opens with the same code, owner, domain and epoch only")
    func sealing() throws {
        let random = SeededRandom(seed: 7)
        let code = try AccessCodeKeys(AccessCodeText(random: random), suite: .ed25519)
        let other = try AccessCodeKeys(AccessCodeText(random: random), suite: .ed25519)
        let (owner, stranger) = (AccountID(random.hash256()), AccountID(random.hash256()))
        let seed = SecretBytes(randomCount: 32, from: random)
        for suite in CipherSuite.allCases {
            let sealed = try code.seal(
                seed, owner: owner, domain: .medical, epoch: 1, suite: suite, random: random)
            #expect(sealed.count <= 256)
            #expect(try code.open(sealed, owner: owner, domain: .medical, epoch: 1) == seed)
            let refused = CryptographyError.authenticationFailed
            #expect(throws: refused) {
                try other.open(sealed, owner: owner, domain: .medical, epoch: 1)
            }
            #expect(throws: refused) {
                try code.open(sealed, owner: stranger, domain: .medical, epoch: 1)
            }
            #expect(throws: refused) {
                try code.open(sealed, owner: owner, domain: .imaging, epoch: 1)
            }
            #expect(throws: refused) {
                try code.open(sealed, owner: owner, domain: .medical, epoch: 2)
            }
        }
    }
}
