import Base
import Testing

@testable import Cryptography

@Suite("Sealed messages")
struct SealingTests {
    @Test("HPKE opens what it sealed")
    func hpke() throws {
        let random = SeededRandom(seed: 3)
        let key = try KeyAgreementKey(random: random)
        let sealed = try HPKE.seal(
            [1, 2, 3], to: key.publicKey, info: [4], authenticating: [5], random: random)
        #expect(try HPKE.open(sealed, with: key, info: [4], authenticating: [5]) == [1, 2, 3])
    }
    @Test("sealing opens", arguments: CipherSuite.allCases)
    func sealing(suite: CipherSuite) throws {
        let random = SeededRandom(seed: 3)
        let key = SecretBytes(randomCount: 32, from: random)
        let sealed = try Sealing.seal([1, 2, 3], key: key, suite: suite, random: random)
        #expect(try Sealing.open(sealed, key: key) == [1, 2, 3])
    }
}
