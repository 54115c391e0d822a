import Base
import Cryptography
import Encoding
import Ledger
import Merkle
import Testing

/// A receipt proves its entry to whoever has the trust file, and nothing else does.
struct ReceiptTests {
    private static let rows = ["scratch/a", "scratch/none"]

    /// A chain of three blocks whose last one has a receipt with a present and an absent row.
    private static func chain(_ hashSuite: HashSuite, _ keys: SignatureSuite) throws -> TestChain {
        let chain = try TestChain(seed: 5, hashSuite: hashSuite, keys: keys)
        let sender = try chain.party(keys)
        for value: UInt8 in 1...3 {
            let calls = [ScratchExecutor.put(Self.rows[0], [value])]
            try chain.commit([try chain.transaction(calls, by: sender)])
        }
        return chain
    }

    @Test(arguments: HashSuite.allCases, SignatureSuite.allCases)
    func aReceiptOfEachSuiteVerifies(hashSuite: HashSuite, keys: SignatureSuite) throws {
        let chain = try Self.chain(hashSuite, keys)
        let receipt = try chain.receipt(rows: Self.rows)
        let trust = try TrustFile(parsing: TrustFile(genesis: chain.genesis).text)
        let verified = try VerifiedReceipt(decoding: receipt.encoded, trust: trust)
        #expect(verified.receipt.index == 2)
        #expect(verified.entry.outcome.failure == nil)
        #expect(verified.receipt.state.map(\.value) == [[3], nil])
    }

    private func failure(_ bytes: [UInt8], _ trust: TrustFile) -> ReceiptCheck? {
        do throws(ReceiptFailure) {
            _ = try VerifiedReceipt(decoding: bytes, trust: trust)
            return nil
        } catch {
            return error.check
        }
    }

    @Test(arguments: SignatureSuite.allCases)
    func anyFlippedBitMakesAReceiptFail(keys: SignatureSuite) throws {
        let chain = try Self.chain(.sha256, keys)
        let trust = TrustFile(genesis: chain.genesis)
        let bytes = try chain.receipt(rows: Self.rows).encoded
        var checks: Set<ReceiptCheck> = []
        let step = keys == .ed25519 ? 1 : 7
        for bit in stride(from: 0, to: bytes.count * 8, by: step) {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            let check = failure(changed, trust)
            #expect(check != nil, "bit \(bit)")
            if let check { checks.insert(check) }
        }
        let hit: Set<ReceiptCheck> = [.format, .chain, .certificate, .inclusion, .state]
        #expect(checks.isSuperset(of: hit))
    }

    @Test func eachCheckIsNamedWhenItFails() throws {
        let chain = try Self.chain(.sha256, .ed25519)
        let trust = TrustFile(genesis: chain.genesis)
        let receipt = try chain.receipt(rows: Self.rows)
        func altered(
            entry: [UInt8]? = nil, index: UInt64? = nil, header: Header? = nil,
            certificate: Certificate? = nil, state: [ReceiptState]? = nil
        ) -> [UInt8] {
            Receipt(
                entry: entry ?? receipt.entry, index: index ?? receipt.index, path: receipt.path,
                header: header ?? receipt.header, certificate: certificate ?? receipt.certificate,
                state: state ?? receipt.state
            ).encoded
        }
        #expect(failure(altered(), trust) == nil)
        #expect(failure(altered(entry: [0x80]), trust) == .format)
        let other = try TestChain(seed: 6)
        #expect(failure(altered(), TrustFile(genesis: other.genesis)) == .chain)
        #expect(failure(altered(index: 1), trust) == .inclusion)
        #expect(failure(altered(header: chain.blocks[0].header), trust) == .certificate)
        #expect(failure(altered(certificate: chain.blocks[0].certificate), trust) == .certificate)
        let row = receipt.state[0]
        let wrong = ReceiptState(key: row.key, value: [9], proof: row.proof)
        let absent = ReceiptState(key: row.key, value: nil, proof: row.proof)
        #expect(failure(altered(state: [wrong]), trust) == .state)
        #expect(failure(altered(state: [absent]), trust) == .state)
        #expect(failure(altered(state: []), trust) == nil)
        let large = [UInt8](repeating: 0, count: LedgerLimits.receiptByteCount + 1)
        #expect(failure(large, trust) == .format)
    }

    /// A certified header with a transaction that its sender never signed proves nothing.
    @Test func anEntryWithAWrongSignatureProvesNothing() throws {
        let chain = try TestChain()
        let sender = try chain.party()
        let transaction = try chain.transaction([ScratchExecutor.put("a", [1])], by: sender)
        var bytes = transaction.bytes
        bytes[bytes.count - 1] ^= 1
        // The replica leaves signatures to admission, which a dishonest node would skip.
        try chain.commit([try SignedTransaction(decoding: bytes)])
        let receipt = try chain.receipt().encoded
        #expect(failure(receipt, TrustFile(genesis: chain.genesis)) == .transaction)
    }
}
