import Agent
import Audit
import Base
import Cryptography
import Encoding
import Ledger
import Merkle
import System
import Testing

/// A receipt is worth what its weakest bit is worth.
@Suite("Receipts with one bit changed")
struct ReceiptBitTests {
    private let zone: StoryZone
    private let owner: AccountID
    private let transaction: String
    private let key: [UInt8]

    init() throws {
        zone = try StoryZone(seed: 31)
        _ = try zone.importResident()
        let resident = "residents/resident-01"
        owner = try zone.signer(resident).account
        let token = try zone.client.token(zone.signer(resident))
        // The list of records that the import's check asked for is the first entry.
        var entries: [JSONValue] = []
        for _ in 0..<50_000 where entries.isEmpty {
            entries =
                try zone.client.get("/v1/audit?owner=\(owner)", token: token)
                .json["entries"]?.elements ?? []
        }
        transaction = try #require(entries.first?["transaction"]?.stringValue)
        key = AuditQueries.readStateKey(0, of: owner)
    }

    private func receipt(_ keys: [[UInt8]]) throws -> [UInt8] {
        let query = keys.map { "state=\(Hex.encode($0))" }.joined(separator: "&")
        let answer = try zone.client.get("/v1/receipts/\(transaction)?\(query)")
        #expect(answer.status == 200)
        return answer.body
    }

    private func failure(_ bytes: [UInt8]) -> ReceiptCheck? {
        do throws(ReceiptFailure) {
            _ = try VerifiedReceipt(decoding: bytes, trust: zone.trust)
            return nil
        } catch { return error.check }
    }

    /// Flips each bit in turn; says which checks failed, and the bits that nothing noticed.
    private func flip(_ bytes: [UInt8]) -> (checks: Set<ReceiptCheck>, unnoticed: [Int]) {
        var bytes = bytes
        var checks: Set<ReceiptCheck> = []
        var unnoticed: [Int] = []
        for bit in 0..<bytes.count * 8 {
            bytes[bit / 8] ^= 0x80 >> UInt8(bit % 8)
            if let check = failure(bytes) { checks.insert(check) } else { unnoticed.append(bit) }
            bytes[bit / 8] ^= 0x80 >> UInt8(bit % 8)
        }
        return (checks, unnoticed)
    }

    private static let plain: Set<ReceiptCheck> = [
        .format, .chain, .validators, .certificate, .inclusion,
    ]

    @Test("no bit of a receipt can change unnoticed")
    func everyBit() throws {
        let bytes = try receipt([])
        #expect(failure(bytes) == nil)
        let (checks, unnoticed) = flip(bytes)
        #expect(unnoticed.isEmpty)
        #expect(checks == Self.plain)
    }

    @Test("nor of one that proves a row of the state")
    func everyBitOfPresence() throws {
        let bytes = try receipt([key])
        let verified = try VerifiedReceipt(decoding: bytes, trust: zone.trust)
        #expect(verified.receipt.state.map { $0.value == nil } == [false])
        let (checks, unnoticed) = flip(bytes)
        #expect(unnoticed.isEmpty)
        #expect(checks == Self.plain.union([.state]))
    }

    @Test("nor of one that proves that rows are absent", arguments: 1...3 as ClosedRange<UInt64>)
    func everyBitOfAbsence(_ ahead: UInt64) throws {
        let bytes = try receipt([AuditQueries.readStateKey(1000 + ahead, of: owner)])
        let verified = try VerifiedReceipt(decoding: bytes, trust: zone.trust)
        #expect(verified.receipt.state.map { $0.value == nil } == [true])
        let (checks, unnoticed) = flip(bytes)
        #expect(unnoticed.isEmpty)
        #expect(checks == Self.plain.union([.state]))
    }

    @Test("a receipt that is cut or longer fails its format")
    func length() throws {
        let bytes = try receipt([key])
        for count in 0..<bytes.count { #expect(failure(Array(bytes.prefix(count))) == .format) }
        for tail in 0...255 as ClosedRange<UInt8> { #expect(failure(bytes + [tail]) == .format) }
    }

    @Test("another zone's trust file fails the chain")
    func otherZone() throws {
        let other = try StoryZone(seed: 32)
        do throws(ReceiptFailure) {
            _ = try VerifiedReceipt(decoding: receiptBytes(), trust: other.trust)
            Issue.record("verified")
        } catch { #expect(error.check == .chain) }
    }

    private func receiptBytes() -> [UInt8] { (try? receipt([])) ?? [] }

    /// A flip cannot reach this check, because the log's check comes before it: only dishonest
    /// validators could certify such an entry.
    @Test("a transaction that is certified but not well signed fails, too")
    func transactionCheck() throws {
        let key = try SigningKey(suite: .ed25519, random: zone.random)
        let account = AccountID(foundedBy: key.publicKey)
        let set = try #require(
            ValidatorSet([Validator(account: account, key: key.publicKey, weight: 1)]))
        let genesis = Genesis(
            zone: "33", chain: "main", hashSuite: .sha256, time: Timestamp(milliseconds: 1),
            authority: account, validators: set)
        func sign(chain: Hash256) throws -> [UInt8] {
            let body = TransactionBody(
                chain: chain, sender: account, nonce: zone.random.bytes(16), validUntil: 9,
                calls: [Call(module: "records", name: "write", arguments: [])])
            return try SignedTransaction(signing: body, with: [(account, key)]).bytes
        }
        func check(_ transaction: [UInt8]) throws -> ReceiptCheck? {
            let bytes = try certified(transaction, genesis, key)
            do throws(ReceiptFailure) {
                _ = try VerifiedReceipt(decoding: bytes, trust: TrustFile(genesis: genesis))
                return nil
            } catch { return error.check }
        }
        let good = try sign(chain: genesis.id)
        #expect(try check(good) == nil)
        var tampered = good
        tampered[tampered.count - 1] ^= 1
        #expect(try check(tampered) == .transaction)
        #expect(try check(sign(chain: .zero)) == .transaction)
        #expect(try check([0x80]) == .transaction)
    }

    /// The receipt of a chain whose one entry is this transaction.
    private func certified(
        _ transaction: [UInt8], _ genesis: Genesis, _ key: SigningKey
    ) throws -> [UInt8] {
        let outcome = Outcome(failure: nil, events: [], writes: .zero)
        let entry = Entry(transaction: transaction, outcome: outcome).encoded
        let set = genesis.validators
        let header = Header(
            zone: genesis.zone, chain: genesis.id, epoch: 0, height: 1, parent: .zero, logSize: 1,
            logRoot: LogHash.leaf(entry, .sha256), stateRoot: .zero, time: genesis.time,
            position: OrderingPosition(stream: 0, first: 0, last: 0), validators: set.digest,
            nextValidators: set.digest, contracts: .zero)
        let vote = Vote(
            chain: genesis.id, epoch: 0, validators: set.digest, height: 1, view: 0,
            phase: .commit, header: header.digest(.sha256))
        let certificate = Certificate(
            header: vote.header, view: 0, signatures: [(0, try key.sign(vote.message))], of: 1)
        return Receipt(
            entry: entry, index: 0, path: InclusionProof(path: []), header: header,
            certificate: certificate, state: []
        ).encoded
    }
}
