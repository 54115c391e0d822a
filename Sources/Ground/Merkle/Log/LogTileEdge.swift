import Base

/// The tiles at the right edge of a log: the partial one of each level, and those just filled.
struct LogTileEdge: Sendable {
    /// The last, partial tile of each level, by level.
    private var partial: [Partial]

    /// Tiles that were filled since the last drain.
    private var filled: [LogTile] = []

    private struct Partial {
        var index: UInt64 = 0
        var hashes: [Hash256] = []
        var isChanged = false
    }

    init() { partial = Array(repeating: Partial(), count: LogTile.levelCount) }

    /// Sets one level to what is stored already.
    mutating func restore(level: Int, index: UInt64, hashes: [Hash256]) {
        partial[level] = Partial(index: index, hashes: hashes)
    }

    /// Adds the next node of a level.
    mutating func add(_ node: Hash256, level: Int) {
        if partial[level].hashes.isEmpty { partial[level].hashes.reserveCapacity(LogTile.width) }
        partial[level].hashes.append(node)
        partial[level].isChanged = true
        guard partial[level].hashes.count == LogTile.width else { return }
        let (index, hashes) = (partial[level].index, partial[level].hashes)
        filled.append(LogTile(level: UInt8(level), index: index, hashes: hashes))
        partial[level] = Partial(index: index + 1)
    }

    /// What changed since the last call, in the order of level and index.
    mutating func drainChangedTiles() -> [LogTile] {
        var tiles = filled
        filled.removeAll()
        for level in partial.indices where partial[level].isChanged {
            partial[level].isChanged = false
            let (index, hashes) = (partial[level].index, partial[level].hashes)
            tiles.append(LogTile(level: UInt8(level), index: index, hashes: hashes))
        }
        tiles.sort { ($0.level, $0.index) < ($1.level, $1.index) }
        return tiles
    }
}
