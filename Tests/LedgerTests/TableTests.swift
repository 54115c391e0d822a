import Base
import ContractKit
import Encoding
import Ledger
import Storage
import Testing

@Suite("A table")
struct TableTests {
    private static let numbers = Table<PairKey<UInt8, UInt64>, Number>("test/numbers")
    /// A table whose name begins with the name of another.
    private static let others = Table<PairKey<UInt8, UInt64>, Number>("test/numbers2")

    struct Number: Hashable, CBORCodable {
        let value: UInt64

        init(_ value: UInt64) { self.value = value }

        func encode(to writer: inout CBORWriter) { writer.unsigned(value) }

        init(from reader: inout CBORReader) throws(CBORError) { value = try reader.unsigned() }
    }

    private let bench = ContractBench([])

    /// Writes through a context and keeps the result in the store.
    private func write(_ body: (CallContext) throws -> Void) throws {
        let overlay = StateOverlay(base: bench.store)
        try body(bench.context(ContractBench.account(1), [], overlay))
        var batch = WriteBatch()
        for (key, value) in overlay.changes {
            if let value { batch.put(key, value) } else { batch.delete(key) }
        }
        try bench.store.write(batch)
    }

    @Test("shows a call its own writes and queries the store's")
    func readsAndWrites() throws {
        let key = PairKey<UInt8, UInt64>(1, 7)
        try write { (context) throws in
            #expect(try Self.numbers.row(key, in: context) == nil)
            Self.numbers.put(key, Number(5), in: context)
            #expect(try Self.numbers.row(key, in: context) == Number(5))
            #expect(try Self.others.row(key, in: context) == nil)
            #expect(try Self.numbers.row(key, in: bench.store) == nil)
        }
        #expect(try Self.numbers.row(key, in: bench.store) == Number(5))
        let stateKey = Self.numbers.stateKey(key)
        #expect(stateKey == Array("test/numbers".utf8) + [0, 1, 0, 0, 0, 0, 0, 0, 0, 7])
        #expect(try bench.store.value(for: stateKey) == [5])
        try write { (context) throws in
            Self.numbers.remove(key, in: context)
            #expect(try Self.numbers.row(key, in: context) == nil)
        }
        #expect(try bench.store.value(for: stateKey) == nil)
    }

    @Test("lists rows of a prefix in the order of numbers, page by page", arguments: 1...8)
    func pages(limit: Int) throws {
        let values: [UInt64] = [3, 256, 1, 255, 70_000, 0, .max]
        try write { (context) throws in
            for value in values {
                Self.numbers.put(PairKey(2, value), Number(value), in: context)
                Self.numbers.put(PairKey(3, value), Number(1), in: context)
                Self.others.put(PairKey(2, value), Number(2), in: context)
            }
        }
        var found: [UInt64] = []
        var last: [UInt8]?
        while true {
            let page = try Self.numbers.rows(
                startingWith: [2], after: last, limit: limit, in: bench.store)
            for (key, row) in page {
                #expect(key == PairKey<UInt8, UInt64>(2, row.value).tableKey)
                found.append(row.value)
            }
            guard page.count == limit, let end = page.last else { break }
            last = end.key
        }
        #expect(found == values.sorted())
        #expect(try Self.numbers.rows(limit: 100, in: bench.store).count == 2 * values.count)
    }

    @Test("calls a row that does not decode damage, in calls and in queries")
    func damage() throws {
        let key = PairKey<UInt8, UInt64>(1, 1)
        var batch = WriteBatch()
        batch.put(Self.numbers.stateKey(key), [0xFF])
        try bench.store.write(batch)
        let damage = StorageError.corrupt("a row of test/numbers")
        #expect(throws: damage) { try Self.numbers.row(key, in: bench.store) }
        #expect(throws: damage) { try Self.numbers.rows(limit: 5, in: bench.store) }
        let context = bench.context(
            ContractBench.account(1), [], StateOverlay(base: bench.store))
        #expect(throws: CallFailure.storage(damage)) { try Self.numbers.row(key, in: context) }
    }
}
