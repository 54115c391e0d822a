import Base
import Cryptography
import Merkle
import Testing

/// Tiles as a node would store them: by level and index, the longer one replacing the shorter.
struct TileStore: LogTileReader {
    private var tiles: [[UInt64]: [UInt8]] = [:]

    mutating func store(_ changed: [LogTile]) {
        for tile in changed { tiles[[UInt64(tile.level), tile.index]] = tile.bytes }
    }

    mutating func remove(level: UInt64, index: UInt64) { tiles[[level, index]] = nil }

    var count: Int { tiles.count }

    func tile(level: UInt8, index: UInt64) -> [Hash256]? {
        tiles[[UInt64(level), index]].flatMap { LogTile.hashes(of: $0) }
    }
}

@Suite("Log tiles")
struct LogTileTests {
    private static let size = 1100
    private static let naive = NaiveLog(count: size, suite: .sha256)

    @Test("Tiles that are drained in uneven blocks hold the nodes of the naive tree")
    func tiles() throws {
        let naive = Self.naive
        var (writer, store) = (LogTileWriter(suite: .sha256), TileStore())
        var random = SplitMix64(seed: 9162)
        for (position, leaf) in naive.leaves.enumerated() {
            writer.append(leaf)
            guard UInt64.random(in: 0..<40, using: &random) == 0 || position == Self.size - 1 else {
                continue
            }
            let changed = writer.drainChangedTiles()
            #expect(!changed.isEmpty)
            #expect(changed == changed.sorted { ($0.level, $0.index) < ($1.level, $1.index) })
            store.store(changed)
            #expect(writer.drainChangedTiles().isEmpty)
            #expect(writer.root == naive.root(0..<position + 1))
        }
        // 1100 = 4 · 256 + 76 leaves; level 1 holds the 4 roots of full tiles.
        #expect(store.count == 6)
        for tile in 0..<5 {
            let (first, last) = (tile * 256, min(tile * 256 + 256, Self.size))
            #expect(store.tile(level: 0, index: UInt64(tile)) == Array(naive.leaves[first..<last]))
        }
        let upper = (0..<4).map { naive.root($0 * 256..<$0 * 256 + 256) }
        #expect(store.tile(level: 1, index: 0) == upper)
        #expect(store.tile(level: 2, index: 0) == nil)
    }

    @Test("Proofs from tiles are those of the naive tree, for every size the tiles cover")
    func proofs() throws {
        let naive = Self.naive
        let store = Self.store()
        var random = SplitMix64(seed: 6962)
        for _ in 0..<400 {
            let size = Int.random(in: 1...Self.size, using: &random)
            let index = Int.random(in: 0..<size, using: &random)
            let nodes = LogTileNodes(store, .sha256)
            let inclusion = LogProver.inclusion(
                index: UInt64(index), size: UInt64(size), from: nodes, .sha256)
            #expect(inclusion?.path == naive.inclusion(index, 0..<size), "\(index) of \(size)")
            let consistency = LogProver.consistency(
                from: UInt64(index + 1), to: UInt64(size), from: nodes, .sha256)
            #expect(consistency?.path == naive.consistency(index + 1, size))
            #expect(
                LogProver.root(size: UInt64(size), from: nodes, .sha256) == naive.root(0..<size))
        }
        let nodes = LogTileNodes(store, .sha256)
        #expect(LogProver.inclusion(index: 0, size: 1101, from: nodes, .sha256) == nil)
        #expect(nodes.node(level: 64, index: 0) == nil)
        #expect(nodes.node(level: -1, index: 0) == nil)
        #expect(nodes.node(level: 7, index: .max) == nil)
    }

    @Test("A writer restored at any size goes on as if it had never stopped")
    func restoring() throws {
        let naive = Self.naive
        // The store may have run ahead of the size that the node restarts from.
        let store = Self.store()
        for size in 0...Self.size {
            let restored = LogTileWriter(suite: .sha256, size: UInt64(size), from: store)
            let writer = try #require(restored)
            #expect(writer.root == naive.root(0..<size))
            #expect(writer.size == UInt64(size))
            guard size % 97 == 0 else { continue }
            var (again, kept) = (writer, store)
            #expect(again.drainChangedTiles().isEmpty)
            for leaf in naive.leaves[size...] { again.append(leaf) }
            kept.store(again.drainChangedTiles())
            #expect(again.root == naive.root(0..<Self.size))
            for (level, index) in [(0, 0), (0, 3), (0, 4), (1, 0)] as [(UInt8, UInt64)] {
                #expect(
                    kept.tile(level: level, index: index) == store.tile(level: level, index: index))
            }
        }
    }

    @Test("A writer does not start from tiles that are missing or short")
    func restoringFromDamage() {
        let store = Self.store()
        #expect(LogTileWriter(suite: .sha256, size: 1101, from: store) == nil)
        #expect(LogTileWriter(suite: .sha256, size: .max, from: store) == nil)
        var damaged = store
        damaged.remove(level: 1, index: 0)
        #expect(LogTileWriter(suite: .sha256, size: 1100, from: damaged) == nil)
        #expect(LogTileWriter(suite: .sha256, size: 200, from: damaged) != nil)
    }

    @Test("A copy of a writer undoes a block")
    func undo() {
        var writer = LogTileWriter(suite: .sm3)
        let naive = NaiveLog(count: 600, suite: .sm3)
        for leaf in naive.leaves[..<300] { writer.append(leaf) }
        let before = writer
        for leaf in naive.leaves[300...] { writer.append(leaf) }
        #expect(writer.root == naive.root(0..<600))
        writer = before
        #expect(writer.root == naive.root(0..<300))
        #expect(writer.drainChangedTiles().map(\.hashes.count) == [256, 44, 1])
    }

    @Test("Levels above the second are filled too")
    func thirdLevel() throws {
        let leaf = HashSuite.sha256.hash([7])
        var (writer, store) = (LogTileWriter(suite: .sha256), TileStore())
        var level = leaf
        for _ in 0..<16 { level = NaiveLog.node(level, level, .sha256) }
        for number in 0..<65_537 {
            writer.append(leaf)
            if number % 1000 == 0 { store.store(writer.drainChangedTiles()) }
        }
        store.store(writer.drainChangedTiles())
        #expect(store.tile(level: 2, index: 0) == [level])
        #expect(writer.root == NaiveLog.node(level, leaf, .sha256))
        let restored = LogTileWriter(suite: .sha256, size: 65_537, from: store)
        #expect(restored?.root == writer.root)
        let nodes = LogTileNodes(store, .sha256)
        let proof = LogProver.inclusion(index: 40_000, size: 65_537, from: nodes, .sha256)
        #expect(
            proof?.verify(leaf: leaf, index: 40_000, size: 65_537, root: writer.root, .sha256)
                == true)
    }

    @Test("Tiles have the names of C2SP tlog-tiles")
    func names() {
        let full = Array(repeating: Hash256.zero, count: 256)
        #expect(
            LogTile(level: 0, index: 1_234_067, hashes: full).path == "tile/0/x001/x234/067")
        #expect(LogTile(level: 1, index: 0, hashes: [.zero]).path == "tile/1/000.p/1")
        #expect(LogTile(level: 0, index: 1000, hashes: full).path == "tile/0/x001/000")
        #expect(LogTile(level: 7, index: 255, hashes: full).path == "tile/7/255")
    }

    @Test("Stored tiles are whole hashes, 1 to 256 of them")
    func bytes() {
        let tile = LogTile(level: 0, index: 0, hashes: Array(Self.naive.leaves.prefix(3)))
        #expect(tile.bytes == Self.naive.leaves.prefix(3).flatMap(\.bytes))
        #expect(LogTile.hashes(of: tile.bytes) == tile.hashes)
        for count in [0, 1, 31, 33, 257 * 32] {
            #expect(LogTile.hashes(of: Array(repeating: 0, count: count)) == nil)
        }
    }

    private static func store() -> TileStore {
        var (writer, store) = (LogTileWriter(suite: .sha256), TileStore())
        for leaf in naive.leaves { writer.append(leaf) }
        store.store(writer.drainChangedTiles())
        return store
    }
}
