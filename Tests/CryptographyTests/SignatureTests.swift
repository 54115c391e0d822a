import Base
import Testing

@testable import Cryptography

@Suite("Signatures")
struct SignatureTests {
    @Test("what a key signs, its public key accepts", arguments: SignatureSuite.allCases)
    func roundTrip(suite: SignatureSuite) throws {
        let key = try SigningKey(suite: suite, random: SeededRandom(seed: 1))
        let message = Array("谨慎".utf8)
        let signature = try key.sign(message)
        #expect(signature.count == 64)
        #expect(key.publicKey.isValidSignature(signature, for: message))
        #expect(!key.publicKey.isValidSignature(signature, for: message + [0]))
        let read = try PublicKey(tagged: key.publicKey.tagged)
        #expect(read == key.publicKey)
        #expect(read.isValidSignature(signature, for: message))
    }
}
