import Base
import Cryptography
import Encoding
import Foundation
import Glibc
import Merkle
import Testing

/// Figures for `docs`, printed and never asserted: `KANGLIAN_MEASURE=1 swift test -c release`.
///
/// Time is that of the processor, which other work on the machine disturbs least.
@Suite(
    "Measurements of the trees", .serialized,
    .enabled(
        if: ProcessInfo.processInfo.environment["KANGLIAN_MEASURE"] == "1",
        "set KANGLIAN_MEASURE=1 to measure"))
struct MerkleMeasurements {
    @Test("Log: appending, tiles, proofs")
    func log() {
        let count = 1_000_000
        let leaf = HashSuite.sha256.hash([1])
        var (left, right) = (leaf, leaf)
        report("node hash", count) {
            for _ in 0..<count { (left, right) = (LogHash.node(left, right, .sha256), left) }
        }
        var range = CompactRange(suite: .sha256)
        report("compact range, each leaf", count) {
            for _ in 0..<count { range.append(leaf) }
        }
        var writer = LogTileWriter(suite: .sha256)
        var store = TileStore()
        report("tile writer, each leaf", count) { for _ in 0..<count { writer.append(leaf) } }
        store.store(writer.drainChangedTiles())
        let size = UInt64(count)
        var random = SplitMix64(seed: 1)
        let root = writer.root
        report("inclusion proof from tiles and check", 1000) {
            for _ in 0..<1000 {
                let index = UInt64.random(in: 0..<size, using: &random)
                let nodes = LogTileNodes(store, .sha256)
                let proof = LogProver.inclusion(index: index, size: size, from: nodes, .sha256)
                let holds = proof?.verify(
                    leaf: leaf, index: index, size: size, root: root, .sha256)
                #expect(holds == true)
            }
        }
    }

    @Test("State: building, batches, reading, proofs", arguments: [10_000, 100_000, 1_000_000])
    func state(count: Int) throws {
        var workload = StateWorkload(seed: UInt64(count))
        var keys = (0..<count).map { _ in workload.hash() }
        keys.sort()
        let before = residentBytes()
        var built: StateTree?
        try report("\(count): build, each key", count) {
            built = try StateTree.build(
                suite: .sha256, from: keys.lazy.map { (key: $0, valueHash: $0) })
        }
        let tree = try #require(built)
        let held = (residentBytes() - before) / 1_000_000
        print("\(count): \(held) MB resident, \(tree.memory.byteCount / 1_000_000) MB of slots")
        for (name, isNew) in [("existing", false), ("new", true)] {
            var times: [Duration] = []
            for _ in 0..<30 {
                let changes = (0..<1000).map { _ in
                    StateChange(
                        key: isNew ? workload.hash() : keys[workload.below(count)],
                        valueHash: workload.hash())
                }
                let start = processorTime()
                tree.apply(changes)
                times.append((processorTime() - start) / 1000)
                tree.prune(below: tree.latestVersion - 1)
            }
            print("\(count): 1000 \(name) keys, each: median \(times.sorted()[15])")
        }
        let asked = (0..<100_000).map { _ in keys[workload.below(count)] }
        var found = 0
        report("\(count): value hash", asked.count) {
            for key in asked where tree.valueHash(for: key) != nil { found += 1 }
        }
        #expect(found == asked.count)
        let root = tree.root
        var bytes = 0
        try report("\(count): proof and check", 1000) {
            for key in asked.prefix(1000) {
                let proof = try #require(tree.proof(for: key, at: tree.latestVersion))
                let value = tree.valueHash(for: key)
                #expect(proof.verify(key: key, valueHash: value, root: root, .sha256))
                bytes += proof.encoded.count
            }
        }
        print("\(count): proof of \(bytes / 1000) bytes")
        let after = (residentBytes() - before) / 1_000_000
        print("\(count): \(after) MB resident in the end")
    }

    private func report(_ name: String, _ count: Int, _ body: () throws -> Void) rethrows {
        let start = processorTime()
        try body()
        print("\(name): \((processorTime() - start) / count)")
    }

    private func processorTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    private func residentBytes() -> Int {
        let fields = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
            .split(separator: " ")
        return (fields?.dropFirst().first.flatMap { Int($0) } ?? 0) * 4096
    }
}
