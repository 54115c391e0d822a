import Base
import Storage
import Testing

@Suite("The ordered map and the order of keys")
struct SortedByteMapTests {
    @Test("order keys as their bytes compare one by one", arguments: 0..<20)
    func order(seed: Int) {
        var generator = SplitMix64(seed: UInt64(seed))
        for _ in 0..<200 {
            let shared = (0..<Int.random(in: 0...20, using: &generator)).map { UInt8($0) }
            func key() -> [UInt8] {
                shared
                    + (0..<Int.random(in: 0...9, using: &generator)).map { _ in
                        [0, 1, 127, 128, 255][Int.random(in: 0...4, using: &generator)]
                    }
            }
            let (left, right) = (key(), key())
            #expect(
                ByteOrder.precedes(left, right) == left.lexicographicallyPrecedes(right),
                "seed \(seed): \(left) and \(right)")
        }
    }

    @Test("know the first key behind a prefix")
    func upperBound() {
        #expect(ByteOrder.upperBound(ofPrefix: [1, 2]) == [1, 3])
        #expect(ByteOrder.upperBound(ofPrefix: [1, 255, 255]) == [2])
        #expect(ByteOrder.upperBound(ofPrefix: [255, 255]) == nil)
        #expect(ByteOrder.upperBound(ofPrefix: []) == nil)
    }

    @Test("keep copies apart while thousands of entries come and go", arguments: 1...3)
    func copies(seed: Int) {
        var generator = SplitMix64(seed: UInt64(seed))
        var map = SortedByteMap()
        var model: [[UInt8]: [UInt8]] = [:]
        var copies: [(SortedByteMap, [[UInt8]: [UInt8]])] = []
        for round in 0..<4000 {
            let key = [
                UInt8.random(in: 0...15, using: &generator),
                UInt8.random(in: 0...99, using: &generator),
            ]
            let value = Int.random(in: 0...3, using: &generator) == 0 ? nil : [UInt8(round & 255)]
            map[key] = value
            model[key] = value
            if round % 500 == 0 { copies.append((map, model)) }
        }
        copies.append((map, model))
        for (map, model) in copies {
            #expect(map.count == model.count)
            let entries = map.scan(prefix: [], after: nil, limit: 10_000)
            #expect(
                entries.map(\.key) == model.keys.sorted { $0.lexicographicallyPrecedes($1) },
                "seed \(seed)")
            #expect(entries.allSatisfy { model[$0.key] == $0.value })
        }
    }
}
