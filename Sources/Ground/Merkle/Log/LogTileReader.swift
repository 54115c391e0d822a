package import Base
package import Cryptography

/// Where stored tiles are read from.
package protocol LogTileReader {
    /// What reading can fail with; `Never` for memory.
    associatedtype Failure: Error

    /// The hashes of a tile as they were last written; nil when there is no such tile.
    ///
    /// A partial tile may hold more hashes than a reader of an older size needs.
    func tile(level: UInt8, index: UInt64) throws(Failure) -> [Hash256]?
}

/// The nodes inside tiles: serves a ``LogProver`` from stored tiles.
///
/// It remembers the last tile of each level, so that one proof reads each tile once. Make one for
/// each proof: it does not see tiles that grow while it lives.
package final class LogTileNodes<Tiles: LogTileReader>: LogNodeReader {
    private let tiles: Tiles
    private let suite: HashSuite
    private var cache: [(index: UInt64, hashes: [Hash256])?]

    package init(_ tiles: Tiles, _ suite: HashSuite) {
        (self.tiles, self.suite) = (tiles, suite)
        cache = Array(repeating: nil, count: LogTile.levelCount)
    }

    package func node(level: Int, index: UInt64) throws(Tiles.Failure) -> Hash256? {
        let (tileLevel, height) = level.quotientAndRemainder(dividingBy: LogTile.height)
        guard level >= 0, tileLevel < LogTile.levelCount else { return nil }
        guard index <= UInt64.max >> UInt64(height) else { return nil }
        let first = index << UInt64(height)
        let offset = Int(first % UInt64(LogTile.width))
        let tileIndex = first / UInt64(LogTile.width)
        guard let hashes = try tile(level: tileLevel, index: tileIndex) else { return nil }
        let end = offset + (1 << height)
        guard end <= hashes.count else { return nil }
        return LogTile.root(of: hashes[offset..<end], suite)
    }

    private func tile(level: Int, index: UInt64) throws(Tiles.Failure) -> [Hash256]? {
        if let held = cache[level], held.index == index { return held.hashes }
        guard let hashes = try tiles.tile(level: UInt8(level), index: index) else { return nil }
        cache[level] = (index, hashes)
        return hashes
    }
}
