package import Base
package import Cryptography

/// Appends to a log and hands out the tiles that changed, for the node to store with each block.
///
/// The partial tiles of the right edge stay in memory: at most 255 hashes for each level. Appending
/// costs one node hash on average; it allocates once in 256 leaves. The writer is a value: keep a
/// copy to undo a block.
package struct LogTileWriter: Sendable {
    /// The subtrees that make the root.
    package private(set) var range: CompactRange

    private var edge: LogTileEdge

    /// An empty log.
    package init(suite: HashSuite) {
        range = CompactRange(suite: suite)
        edge = LogTileEdge()
    }

    /// The log of the first `size` leaves of stored tiles; nil when a tile is missing or short.
    ///
    /// Compare ``root`` with the root that was signed: tiles carry no checksum.
    package init?<Tiles: LogTileReader>(
        suite: HashSuite, size: UInt64, from tiles: Tiles
    ) throws(Tiles.Failure) {
        self.init(suite: suite)
        var nodes: [Hash256] = []
        for level in stride(from: LogTile.levelCount - 1, through: 0, by: -1) {
            let count = size >> UInt64(level * LogTile.height)
            let width = Int(count % UInt64(LogTile.width))
            let index = count / UInt64(LogTile.width)
            var hashes: [Hash256] = []
            if width > 0 {
                let stored = try tiles.tile(level: UInt8(level), index: index)
                guard let stored, stored.count >= width else { return nil }
                hashes = Array(stored[..<width])
            }
            edge.restore(level: level, index: index, hashes: hashes)
            nodes.append(contentsOf: LogTile.completeNodes(of: hashes, suite))
        }
        guard let range = CompactRange(suite: suite, size: size, nodes: nodes) else { return nil }
        self.range = range
    }

    /// Leaves appended so far.
    package var size: UInt64 { range.size }

    /// The root over all leaves.
    package var root: Hash256 { range.root }

    /// Appends one leaf hash.
    package mutating func append(_ leaf: Hash256) {
        range.append(leaf) { level, node in
            if level % LogTile.height == 0 { edge.add(node, level: level / LogTile.height) }
        }
    }

    /// The tiles that changed since the last call, in the order of level and index.
    ///
    /// Store each under its level and index, replacing the shorter one that may be there.
    package mutating func drainChangedTiles() -> [LogTile] { edge.drainChangedTiles() }
}
