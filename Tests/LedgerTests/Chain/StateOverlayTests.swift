import Base
import Cryptography
import Encoding
import Ledger
import Storage
import Testing

/// The overlay against a dictionary, and its digest against a second way to compute it.
struct StateOverlayTests {
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func theOverlayBehavesAsADictionary(seed: UInt64) throws {
        let random = SeededRandom(seed: seed)
        let store = MemoryKeyValueStore()
        var batch = WriteBatch()
        var base: [[UInt8]: [UInt8]] = [:]
        for key: UInt8 in 0..<8 where random.below(2) == 0 {
            base[[key]] = [key, 1]
            batch.put([key], [key, 1])
        }
        try store.write(batch)
        let overlay = StateOverlay(base: store)
        var kept = base
        var running = base
        // The keys that each bracket and that all kept brackets wrote.
        var touched: Set<[UInt8]> = []
        var written: Set<[UInt8]> = []
        for step in 0..<300 {
            let key = [UInt8(random.below(12))]
            switch random.below(10) {
            case 0...3:
                let value = random.bytes(random.below(4))
                overlay.put(key, value)
                running[key] = value
                touched.insert(key)
            case 4...5:
                overlay.delete(key)
                running[key] = nil
                touched.insert(key)
            case 6:
                overlay.rollback()
                running = kept
                touched = []
            case 7:
                let suite = HashSuite.allCases[step % 2]
                #expect(
                    overlay.finish(suite) == Self.digest(touched, running, suite),
                    "seed \(seed), step \(step)")
                kept = running
                written.formUnion(touched)
                touched = []
            default:
                #expect(try overlay.value(for: key) == running[key], "seed \(seed), step \(step)")
            }
        }
        overlay.rollback()
        let changes = overlay.changes
        #expect(
            changes.map(\.key) == changes.map(\.key).sorted { $0.lexicographicallyPrecedes($1) })
        #expect(Set(changes.map(\.key)) == written, "seed \(seed)")
        for change in changes { #expect(change.value == kept[change.key], "seed \(seed)") }
    }

    /// The digest as the documentation says it.
    private static func digest(
        _ touched: Set<[UInt8]>, _ rows: [[UInt8]: [UInt8]], _ suite: HashSuite
    ) -> Hash256 {
        var writer = CBORWriter()
        writer.array(touched.count * 2)
        for key in touched.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            writer.byteString(key)
            writer.optional(rows[key]) { $0.byteString(suite.hash([0x05] + $1).bytes) }
        }
        return suite.hash(Array("kanglian/writes/1".utf8) + [0] + writer.bytes)
    }

    @Test func theLastOfSeveralWritesCounts() throws {
        let (first, second) = (Self.overlay(), Self.overlay())
        for value: UInt8 in 1...3 { first.put([1], [value]) }
        first.put([0], [9])
        second.put([0], [9])
        second.put([1], [3])
        #expect(first.finish(.sha256) == second.finish(.sha256))
    }

    @Test func aDeletionIsNotAnEmptyValue() throws {
        let (first, second) = (Self.overlay(), Self.overlay())
        first.delete([1])
        second.put([1], [])
        #expect(first.finish(.sha256) != second.finish(.sha256))
    }

    private static func overlay() -> StateOverlay { StateOverlay(base: MemoryKeyValueStore()) }
}
