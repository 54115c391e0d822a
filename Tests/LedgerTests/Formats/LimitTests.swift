import Base
import Cryptography
import Encoding
import Ledger
import Merkle
import Testing

/// What is longer, more or heavier than its limit is refused, and the limit itself is not.
struct LimitTests {
    private let sample: Sample

    init() throws { sample = try Sample() }

    private func error<Value: CBORCodable>(_ bytes: [UInt8], _ type: Value.Type) -> CBORError? {
        do throws(CBORError) {
            _ = try Value(decoding: bytes)
            return nil
        } catch {
            return error
        }
    }

    private func isTooLarge(_ error: CBORError?) -> Bool {
        if case .tooLarge = error { true } else { false }
    }

    private func event(name: Int = 1, accounts: Int = 0, data: Int = 0) -> [UInt8] {
        var writer = CBORWriter()
        writer.array(4)
        writer.text("scratch")
        writer.text(String(repeating: "n", count: name))
        writer.array(accounts)
        for _ in 0..<accounts { writer.hash(.zero) }
        writer.byteString([UInt8](repeating: 0, count: data))
        return writer.bytes
    }

    @Test func anEventKeepsItsLimits() {
        let (names, accounts, data) = (
            LedgerLimits.nameByteCount, LedgerLimits.eventAccountCount, LedgerLimits.eventByteCount
        )
        #expect(error(event(name: names, accounts: accounts, data: data), Event.self) == nil)
        #expect(isTooLarge(error(event(name: names + 1), Event.self)))
        #expect(isTooLarge(error(event(accounts: accounts + 1), Event.self)))
        #expect(isTooLarge(error(event(data: data + 1), Event.self)))
    }

    private func entry(
        transaction: Int = 1, failure: String? = nil, events: Int = 0
    ) -> [UInt8] {
        Entry(
            transaction: [UInt8](repeating: 0, count: transaction),
            outcome: Outcome(
                failure: failure,
                events: [Event](repeating: sample.event, count: events), writes: .zero)
        ).encoded
    }

    @Test func anEntryKeepsItsLimits() {
        let (bytes, events) = (LedgerLimits.transactionByteCount, LedgerLimits.eventCount)
        let code = String(repeating: "c", count: LedgerLimits.nameByteCount)
        #expect(error(entry(transaction: bytes, failure: code, events: events), Entry.self) == nil)
        #expect(isTooLarge(error(entry(transaction: bytes + 1), Entry.self)))
        #expect(isTooLarge(error(entry(failure: code + "c"), Entry.self)))
        #expect(isTooLarge(error(entry(events: events + 1), Entry.self)))
    }

    @Test func aReceiptKeepsItsLimits() throws {
        let receipt = sample.receipt
        let row = try #require(receipt.state.first)
        func bytes(path: Int, rows: Int) -> [UInt8] {
            Receipt(
                entry: receipt.entry, index: receipt.index,
                path: InclusionProof(path: [Hash256](repeating: .zero, count: path)),
                header: receipt.header, certificate: receipt.certificate,
                state: [ReceiptState](repeating: row, count: rows)
            ).encoded
        }
        let rows = LedgerLimits.receiptStateProofCount
        #expect(error(bytes(path: 64, rows: rows), Receipt.self) == nil)
        #expect(isTooLarge(error(bytes(path: 65, rows: 0), Receipt.self)))
        #expect(isTooLarge(error(bytes(path: 0, rows: rows + 1), Receipt.self)))
    }

    @Test func aBlockHasNoMoreEntriesThanItsLog() {
        let header = sample.block.header
        func block(_ entries: Int) -> [UInt8] {
            Block(
                header: header, certificate: sample.block.certificate,
                entries: [[UInt8]](repeating: [0], count: entries)
            ).encoded
        }
        #expect(header.logSize == 2)
        #expect(error(block(2), Block.self) == nil)
        let start = 2 + header.encoded.count + sample.block.certificate.encoded.count
        #expect(
            error(block(3), Block.self) == .outOfRange(offset: start, field: "log size"))
        #expect(isTooLarge(error(block(LedgerLimits.blockTransactionCount + 1), Block.self)))
    }

    private func validators(_ list: [(account: AccountID, weight: UInt64)]) -> [UInt8] {
        let key = sample.chain.authority.key.publicKey
        var writer = CBORWriter()
        writer.list(list) { writer, item in
            Validator(account: item.account, key: key, weight: item.weight).encode(to: &writer)
        }
        return writer.bytes
    }

    @Test func aValidatorSetIsSortedAndWeighed() {
        let accounts = (1...65).map { AccountID(Hash256(words: ($0, 0, 0, 0))) }
        let list = accounts.map { (account: $0, weight: UInt64(1)) }
        #expect(error(validators(Array(list.prefix(64))), ValidatorSet.self) == nil)
        #expect(isTooLarge(error(validators(list), ValidatorSet.self)))
        let wrongOrders = [[], [list[1], list[0]], [list[0], list[0]]]
        for wrong in wrongOrders {
            #expect(
                error(validators(wrong), ValidatorSet.self)
                    == .outOfRange(offset: 0, field: "validators"))
        }
        for weight in [0, ValidatorSet.weightLimit + 1] {
            guard
                case .outOfRange(_, field: "weight") = error(
                    validators([(accounts[0], weight)]), ValidatorSet.self)
            else {
                Issue.record("the weight \(weight) passed")
                continue
            }
        }
    }

    @Test func aGenesisOfAnUnknownHashSuiteIsRefused() throws {
        let genesis = sample.chain.genesis
        let bytes = genesis.encoded
        // Head, version, zone of two letters and chain of four come before the suite.
        let offset = 1 + 1 + 3 + 5
        #expect(bytes[offset] == genesis.hashSuite.rawValue)
        for suite: UInt8 in [0, 3, 23] {
            var changed = bytes
            changed[offset] = suite
            #expect(
                error(changed, Genesis.self) == .outOfRange(offset: offset, field: "hash suite"))
        }
    }

    @Test func aHashIsExactlyThirtyTwoBytes() {
        for count in [0, 31, 33] {
            var writer = CBORWriter()
            writer.byteString([UInt8](repeating: 0, count: count))
            let bytes = writer.bytes + [UInt8](repeating: 0, count: 33)
            #expect(error(bytes, AccountID.self) != nil)
        }
    }
}
