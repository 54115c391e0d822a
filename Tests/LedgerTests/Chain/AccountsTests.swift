import Base
import Cryptography
import Encoding
import Ledger
import Storage
import Testing

/// Who may sign for an account, before and after its keys change.
struct AccountsTests {
    private let chain: TestChain
    private let sender: Party
    private let newer: Party

    init() throws {
        chain = try TestChain()
        sender = try chain.party()
        newer = try chain.party(.sm2)
    }

    /// What becomes of a call signed for the sender's account by another key.
    private func failure(signedBy key: SigningKey) throws -> String? {
        let body = TransactionBody(
            chain: chain.replica.chain, sender: sender.id, nonce: chain.random.bytes(16),
            validUntil: chain.replica.head.height + 1, calls: [ScratchExecutor.put("a", [1])])
        let transaction = try SignedTransaction(signing: body, with: [(sender.id, key)])
        #expect(transaction.hasValidSignatures)
        let executed = try chain.commit([transaction])
        let outcome = try #require(executed.outcomes.first)
        if outcome.failure != nil { #expect(executed.changes.isEmpty) }
        return outcome.failure
    }

    @Test func onlyTheFoundingKeySignsAtFirst() throws {
        #expect(try failure(signedBy: sender.key) == nil)
        #expect(try failure(signedBy: newer.key) == "account.key-not-authorised")
    }

    @Test func afterARotationOnlyTheNewKeySigns() throws {
        let rotation = ScratchExecutor.rotate(to: [newer.key.publicKey])
        try chain.commit([try chain.transaction([rotation], by: sender)])
        #expect(try failure(signedBy: sender.key) == "account.key-not-authorised")
        #expect(try failure(signedBy: newer.key) == nil)
    }

    @Test func severalKeysMaySignAndNoneWhenThereAreNone() throws {
        let both = ScratchExecutor.rotate(to: [sender.key.publicKey, newer.key.publicKey])
        try chain.commit([try chain.transaction([both], by: sender)])
        #expect(try failure(signedBy: sender.key) == nil)
        #expect(try failure(signedBy: newer.key) == nil)
        try chain.commit([try chain.transaction([ScratchExecutor.rotate(to: [])], by: sender)])
        #expect(try failure(signedBy: sender.key) == "account.key-not-authorised")
    }

    /// The old key stops in the block that rotates, behind the rotation.
    @Test func aRotationCountsWithinItsBlock() throws {
        let rotation = ScratchExecutor.rotate(to: [newer.key.publicKey])
        let call = [ScratchExecutor.call("count", "a")]
        let executed = try chain.commit([
            try chain.transaction(call, by: sender),
            try chain.transaction([rotation], by: sender),
            try chain.transaction(call, by: sender),
        ])
        #expect(executed.outcomes.map(\.failure) == [nil, nil, "account.key-not-authorised"])
    }

    @Test func everySignatureMustBeAuthorised() throws {
        let other = try chain.party()
        let body = TransactionBody(
            chain: chain.replica.chain, sender: sender.id, nonce: chain.random.bytes(16),
            validUntil: 9, calls: [ScratchExecutor.put("a", [1])])
        let transaction = try SignedTransaction(
            signing: body, with: [sender.signer, (other.id, newer.key)])
        let executed = try chain.commit([transaction])
        #expect(executed.outcomes.map(\.failure) == ["account.key-not-authorised"])
    }

    @Test func aDamagedRowIsAStorageErrorAndNoRefusal() throws {
        var batch = WriteBatch()
        batch.put(Accounts.stateKey(sender.id), [0xFF])
        try chain.store.write(batch)
        let transaction = try chain.transaction([ScratchExecutor.put("a", [1])], by: sender)
        #expect(throws: StorageError.corrupt("account keys of \(sender.id)")) {
            try chain.execute([transaction])
        }
    }

    @Test func fiveKeysAreTooMany() throws {
        let keys = try (0..<5).map { _ in try chain.party().key.publicKey }
        let four = AccountKeys(keys: Array(keys.prefix(AccountKeys.limit)))
        #expect(try AccountKeys(decoding: four.encoded) == four)
        #expect((try? AccountKeys(decoding: AccountKeys(keys: keys).encoded)) == nil)
    }
}
