import Agent
import Base
import Cryptography
import FHIRModel
import Ledger
import Testing

/// Values that must never change: keys on real chains depend on them.
enum FrozenVectors {
    static let accessCodeAccount =
        "45f25af41a11328a167186ee76bda012d851dd44b982132d1b0b71aa8c41b5f4"
    static let pseudonymAccount =
        "8aef50f65c2c68cd03f960eb40b7029c36ec5cbade54382b34c7891b89fe6abb"
    static let pseudonymReadingKey =
        "2d28485c7fa035a061fb9f1e0ee14b50e51add7651c620e25acda3c4fb3e7b16"
    static let medicalEpochOneKey =
        "9e51c92f7d4b2c3cf2f86a52f75dd1c3b66c762501e36bc896a9a212a684fa2b"
    static let genomeEpochTwoSeed =
        "063c560e3ac4d208168baafd315301ab76300713069ee5ebf23e6ea6d651fd5b"
    static let institutionMedicalKey =
        "37f2c12598267a53b702d884fc80333210fed5f936928ecf20f7d65423c2602c"
}

struct WalletTests {
    private let root = SecretBytes(copying: (0..<32).map { UInt8($0) })
    private let institution = AccountID(Hash256(words: (1, 2, 3, 4)))

    @Test("a root seed grows the same keys as in version 1")
    func frozenDerivation() throws {
        let keys = try ResidentWallet(root: root, suite: .ed25519).pseudonym(at: institution)
        #expect(keys.account.description == FrozenVectors.pseudonymAccount)
        #expect(Hex.encode(keys.reading.publicKey) == FrozenVectors.pseudonymReadingKey)
        let medical = try keys.domainKey(.medical, epoch: 1)
        #expect(Hex.encode(medical.publicKey) == FrozenVectors.medicalEpochOneKey)
        let seed = keys.epochSeed(.genome, epoch: 2)
        #expect(Hex.encode(seed.copyBytes()) == FrozenVectors.genomeEpochTwoSeed)
    }

    @Test("an institution's own domain keys stay what they were in version 1")
    func frozenInstitution() throws {
        let identity = try Identity(.institution, label: "h", random: SeededRandom(seed: 42))
        let owner = try #require(identity.owner)
        #expect(owner.account == identity.account)
        let key = try owner.domainKey(.medical, epoch: 1)
        #expect(Hex.encode(key.publicKey) == FrozenVectors.institutionMedicalKey)
    }

    @Test(
        "each institution sees another account and other keys", arguments: SignatureSuite.allCases)
    func pairwise(suite: SignatureSuite) throws {
        let wallet = ResidentWallet(root: root, suite: suite)
        let other = AccountID(Hash256(words: (1, 2, 3, 5)))
        let (first, second) = (
            try wallet.pseudonym(at: institution), try wallet.pseudonym(at: other)
        )
        #expect(first.account != second.account)
        #expect(first.reading.publicKey != second.reading.publicKey)
        #expect(first.epochSeed(.medical, epoch: 1) != second.epochSeed(.medical, epoch: 1))
        #expect(try wallet.pseudonym(at: institution).account == first.account)
    }

    @Test("no two domains or epochs share a key")
    func distinctEpochs() throws {
        let keys = try ResidentWallet(root: root, suite: .ed25519).pseudonym(at: institution)
        var seen: Set<[UInt8]> = []
        for domain in Domain.allCases {
            for epoch in [1, 2, 255, 256, UInt64.max] {
                #expect(seen.insert(keys.epochSeed(domain, epoch: epoch).copyBytes()).inserted)
            }
        }
    }

    @Test("a seed sealed to a reader opens for that reader, owner, domain and epoch only")
    func epochGrant() throws {
        let random = SeededRandom(seed: 3)
        let keys = try ResidentWallet(root: root, suite: .ed25519).pseudonym(at: institution)
        let reader = try KeyAgreementKey(random: random)
        let (account, other) = (AccountID(random.hash256()), AccountID(random.hash256()))
        let seed = keys.epochSeed(.imaging, epoch: 3)
        let sealed = try EpochKeyGrant.seal(
            seed, owner: keys.account, domain: .imaging, epoch: 3, reader: account,
            readingKey: reader.publicKey, random: random)
        func open(
            _ owner: AccountID, _ domain: Domain, _ epoch: UInt64, _ reader: AccountID,
            _ key: KeyAgreementKey
        ) -> SecretBytes? {
            try? EpochKeyGrant.open(
                sealed, owner: owner, domain: domain, epoch: epoch, reader: reader, with: key)
        }
        #expect(open(keys.account, .imaging, 3, account, reader) == seed)
        #expect(open(other, .imaging, 3, account, reader) == nil)
        #expect(open(keys.account, .medical, 3, account, reader) == nil)
        #expect(open(keys.account, .imaging, 4, account, reader) == nil)
        #expect(open(keys.account, .imaging, 3, other, reader) == nil)
        #expect(open(keys.account, .imaging, 3, account, keys.reading) == nil)
    }
}
