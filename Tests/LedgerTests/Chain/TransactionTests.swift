import Base
import Cryptography
import Encoding
import Ledger
import Testing

/// What a transaction must be before anything of it runs.
struct TransactionTests {
    private let chain: TestChain
    private let call = ScratchExecutor.put("scratch/a", [1])

    init() throws { chain = try TestChain() }

    /// A transaction put together by hand, so that it may be wrong.
    private func bytes(
        _ body: [UInt8], _ signatures: [TransactionSignature]
    ) -> [UInt8] {
        var writer = CBORWriter()
        writer.array(2)
        writer.byteString(body)
        writer.list(signatures) { $1.encode(to: &$0) }
        return writer.bytes
    }

    private func decode(_ bytes: [UInt8]) -> Result<SignedTransaction, TransactionError> {
        do throws(TransactionError) {
            return .success(try SignedTransaction(decoding: bytes))
        } catch {
            return .failure(error)
        }
    }

    @Test(arguments: SignatureSuite.allCases)
    func aSignatureOfEachSuiteHolds(suite: SignatureSuite) throws {
        let (sender, other) = (try chain.party(suite), try chain.party())
        let transaction = try chain.transaction([call], by: sender, with: [other])
        let again = try SignedTransaction(decoding: transaction.bytes)
        #expect(again.hasValidSignatures)
        #expect(again == transaction)
        #expect(again.id == transaction.id)
        #expect(again.signatures.map(\.account) == [sender.id, other.id])
    }

    /// Any changed bit of the body or of a signature makes the signatures wrong.
    @Test(arguments: SignatureSuite.allCases)
    func aTamperedBodyOrSignatureIsNoticed(suite: SignatureSuite) throws {
        let transaction = try chain.transaction([call], by: try chain.party(suite))
        let body = transaction.body.encoded
        var accepted = 0
        for bit in stride(from: 0, to: body.count * 8, by: 5) {
            var changed = body
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            guard case .success(let other) = decode(bytes(changed, transaction.signatures)) else {
                continue
            }
            accepted += 1
            #expect(!other.hasValidSignatures, "bit \(bit) of the body")
            #expect(other.id != transaction.id)
        }
        #expect(accepted > 0)
        let signature = try #require(transaction.signatures.first)
        for bit in stride(from: 0, to: signature.bytes.count * 8, by: 5) {
            var changed = signature.bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            let other = TransactionSignature(
                account: signature.account, key: signature.key, bytes: changed)
            let read = try SignedTransaction(decoding: bytes(body, [other]))
            #expect(!read.hasValidSignatures, "bit \(bit) of the signature")
        }
        for count in [0, 63, 65] {
            let other = TransactionSignature(
                account: signature.account, key: signature.key,
                bytes: Array((signature.bytes + [0]).prefix(count)))
            let read = try SignedTransaction(decoding: bytes(body, [other]))
            #expect(!read.hasValidSignatures, "\(count) bytes")
        }
    }

    @Test func signersMustBeTheSenderFirstAndEachOnce() throws {
        let (sender, other) = (try chain.party(), try chain.party())
        let transaction = try chain.transaction([call], by: sender, with: [other])
        let body = transaction.body.encoded
        let (first, second) = (transaction.signatures[0], transaction.signatures[1])
        for wrong in [[], [second], [second, first], [first, first], [first, second, second]] {
            #expect(decode(bytes(body, wrong)) == .failure(.signers), "\(wrong.count) signers")
        }
    }

    @Test func nineSignaturesAreTooMany() throws {
        let parties = try (0..<9).map { _ in try chain.party() }
        let transaction = try chain.transaction(
            [call], by: parties[0], with: Array(parties[1..<8]))
        #expect(transaction.signatures.count == LedgerLimits.signatureCount)
        #expect((try? SignedTransaction(decoding: transaction.bytes)) == transaction)
        let ninth = TransactionSignature(
            account: parties[8].id, key: parties[8].key.publicKey,
            bytes: [UInt8](repeating: 0, count: 64))
        let all = bytes(transaction.body.encoded, transaction.signatures + [ninth])
        guard case .failure(.malformed(.tooLarge)) = decode(all) else {
            Issue.record("nine signatures passed")
            return
        }
    }

    @Test func aTransactionOverTheLimitIsOversized() throws {
        let limit = LedgerLimits.transactionByteCount
        let sender = try chain.party()
        func size(_ count: Int) throws -> [UInt8] {
            let arguments = [UInt8](repeating: 0, count: count)
            let call = Call(module: "scratch", name: "put", arguments: arguments)
            return try chain.transaction([call], by: sender).bytes
        }
        let rest = try size(limit - 1024).count - (limit - 1024)
        let largest = try size(limit - rest)
        #expect(largest.count == limit)
        #expect((try? decode(largest).get()) != nil)
        let larger = try size(limit - rest + 1)
        #expect(decode(larger) == .failure(.oversized(byteCount: limit + 1)))
    }

    /// A body of this many calls, which the initialiser would not make.
    private func body(calls count: Int, _ body: TransactionBody) -> [UInt8] {
        var writer = CBORWriter()
        writer.array(6)
        writer.unsigned(1)
        writer.hash(body.chain)
        body.sender.encode(to: &writer)
        writer.byteString(body.nonce)
        writer.unsigned(body.validUntil)
        writer.array(count)
        for _ in 0..<count { body.calls[0].encode(to: &writer) }
        return writer.bytes
    }

    @Test func oneToSixtyFourCallsFit() throws {
        let transaction = try chain.transaction([call], by: try chain.party())
        for count in [1, 2, LedgerLimits.callCount] {
            let body = body(calls: count, transaction.body)
            let read = try SignedTransaction(decoding: bytes(body, transaction.signatures))
            #expect(read.body.calls.count == count)
        }
        let many = body(calls: LedgerLimits.callCount + 1, transaction.body)
        guard case .failure(.malformed(.tooLarge)) = decode(bytes(many, transaction.signatures))
        else {
            Issue.record("65 calls passed")
            return
        }
        let none = body(calls: 0, transaction.body)
        guard
            case .failure(.malformed(.outOfRange(_, field: "calls"))) = decode(
                bytes(none, transaction.signatures))
        else {
            Issue.record("a transaction without calls passed")
            return
        }
    }

    @Test func aKeyOfAnUnknownSuiteOrLengthIsRefused() throws {
        let transaction = try chain.transaction([call], by: try chain.party())
        let signature = try #require(transaction.signatures.first)
        let tagged = signature.key.tagged
        for key in [[], [9] + tagged.dropFirst(), Array(tagged.dropLast()), [2] + tagged] {
            var writer = CBORWriter()
            writer.array(2)
            writer.byteString(transaction.body.encoded)
            writer.array(1)
            writer.array(3)
            signature.account.encode(to: &writer)
            writer.byteString(key)
            writer.byteString(signature.bytes)
            guard
                case .failure(.malformed(.outOfRange(_, field: "public key"))) = decode(
                    writer.bytes)
            else {
                Issue.record("the key \(Hex.encode(key)) passed")
                continue
            }
        }
    }

    @Test func aForeignChainIsRefused() throws {
        let other = try TestChain(seed: 2)
        let transaction = try other.transaction([call], by: try other.party())
        #expect(chain.replica.admissionError(transaction) == .foreignChain)
        let executed = try chain.execute([transaction])
        #expect(executed.entries.isEmpty)
        #expect(executed.refused.map(\.error) == [.foreignChain])
    }

    @Test func theWindowOfHeightsIsExact() throws {
        let sender = try chain.party()
        for _ in 0..<3 { try chain.commit([try chain.transaction([call], by: sender)]) }
        func error(validUntil: UInt64) throws -> TransactionError? {
            let body = TransactionBody(
                chain: chain.replica.chain, sender: sender.id, nonce: chain.random.bytes(16),
                validUntil: validUntil, calls: [call])
            let transaction = try SignedTransaction(signing: body, with: [sender.signer])
            return chain.replica.admissionError(transaction)
        }
        let limit = LedgerLimits.validityHeights
        #expect(try error(validUntil: 0) == .expired(validUntil: 0, head: 3))
        #expect(try error(validUntil: 3) == .expired(validUntil: 3, head: 3))
        #expect(try error(validUntil: 4) == nil)
        #expect(try error(validUntil: 3 + limit) == nil)
        #expect(
            try error(validUntil: 4 + limit)
                == .validityTooLong(validUntil: 4 + limit, head: 3))
        #expect(try error(validUntil: .max) == .validityTooLong(validUntil: .max, head: 3))
    }
}
