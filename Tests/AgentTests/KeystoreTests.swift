@testable import Agent
import Base
import Cryptography
import Ledger
import Testing

struct KeystoreTests {
    private let random = SeededRandom(seed: 5)

    private func protected(_ word: String) -> KeystoreProtection {
        .passphrase(SecretBytes(copying: Array(word.utf8)), cost: .minimum)
    }

    private func same(_ left: Identity, _ right: Identity) -> Bool {
        left.kind == right.kind && left.label == right.label && left.suite == right.suite
            && left.account == right.account && left.signing?.seed == right.signing?.seed
            && left.reading?.seed == right.reading?.seed && left.root == right.root
            && left.registrySecret == right.registrySecret
            && left.journalKey == right.journalKey && left.homes == right.homes
    }

    @Test("every kind of identity opens again, sealed or not", arguments: IdentityKind.allCases)
    func roundTrip(kind: IdentityKind) throws {
        for suite in SignatureSuite.allCases {
            var identity = try Identity(kind, label: "第一医院", suite: suite, random: random)
            if kind == .resident { identity.addHome(AccountID(random.hash256())) }
            let open = try Keystore.encode(
                identity, protection: .unprotectedForDemonstrationsOnly, random: random)
            #expect(same(try Keystore.open(open, passphrase: nil), identity))
            let sealed = try Keystore.encode(
                identity, protection: protected("口令"), random: random)
            let passphrase = SecretBytes(copying: Array("口令".utf8))
            #expect(same(try Keystore.open(sealed, passphrase: passphrase), identity))
            let cover = try Keystore.cover(of: sealed)
            #expect(cover.kind == kind && cover.label == "第一医院" && !cover.isUnprotected)
            #expect(cover.account == identity.account)
        }
    }

    @Test("a sealed keystore holds none of its secrets in the clear")
    func secrecy() throws {
        let identity = try Identity(.institution, label: "h", random: random)
        let sealed = try Keystore.encode(identity, protection: protected("p"), random: random)
        let secrets = [
            identity.signing?.seed, identity.reading?.seed, identity.root,
            identity.registrySecret, identity.journalKey,
        ]
        for secret in secrets {
            let bytes = try #require(secret).copyBytes()
            #expect(!sealed.contains(bytes))
        }
        #expect(throws: KeystoreError.passphraseNeeded) {
            try Keystore.open(sealed, passphrase: nil)
        }
        #expect(throws: KeystoreError.wrongPassphrase) {
            try Keystore.open(sealed, passphrase: SecretBytes(copying: Array("q".utf8)))
        }
    }

    @Test("every changed bit of a sealed keystore is refused")
    func tamper() throws {
        let identity = try Identity(.practitioner, label: "doctor", random: random)
        let sealed = try Keystore.encode(identity, protection: protected("p"), random: random)
        let passphrase = SecretBytes(copying: Array("p".utf8))
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1 << UInt8(index % 8)
            // A changed cost could ask for a gigabyte; the reader may refuse it as it likes.
            if changed[index] == PassphraseCost.sensitive.rawValue { continue }
            #expect(throws: KeystoreError.self) {
                try Keystore.open(changed, passphrase: passphrase)
            }
        }
        for count in 0..<sealed.count {
            #expect(throws: KeystoreError.self) {
                try Keystore.open(Array(sealed.prefix(count)), passphrase: passphrase)
            }
        }
    }
}
