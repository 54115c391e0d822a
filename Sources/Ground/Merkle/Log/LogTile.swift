package import Base
import Cryptography

/// Up to 256 neighbouring nodes of the log tree: how the log's hashes are stored and published.
///
/// A tile of level L and index N holds the nodes of tree level 8·L with the indices from 256·N on.
/// A full tile never changes; of each level only the last one can be partial, and it only grows.
///
/// Source: C2SP tlog-tiles, "Merkle Tree".
package struct LogTile: Hashable, Sendable {
    /// Tree levels that one tile spans.
    package static let height = 8

    /// Nodes in a full tile.
    package static let width = 1 << height

    /// Tile levels that a log of less than 2^64 leaves can have.
    package static let levelCount = UInt64.bitWidth / height

    /// The tile level: its nodes stand at `8 · level` in the tree.
    package let level: UInt8

    /// Which tile of its level, from the left.
    package let index: UInt64

    /// The nodes, from the left: 1 to 256.
    package let hashes: [Hash256]

    package init(level: UInt8, index: UInt64, hashes: [Hash256]) {
        precondition((1...Self.width).contains(hashes.count))
        precondition(level < Self.levelCount)
        (self.level, self.index, self.hashes) = (level, index, hashes)
    }

    /// Whether the tile will never change again.
    package var isFull: Bool { hashes.count == Self.width }

    /// The stored and published form: the hashes one after another.
    package var bytes: [UInt8] {
        let count = hashes.count * Hash256.byteCount
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            for (position, hash) in hashes.enumerated() {
                hash.write(to: .init(rebasing: raw[(position * Hash256.byteCount)...]))
            }
            initialized = count
        }
    }

    /// The hashes of a stored tile; nil unless there are 1 to 256 whole ones.
    package static func hashes(of bytes: [UInt8]) -> [Hash256]? {
        let (count, rest) = bytes.count.quotientAndRemainder(dividingBy: Hash256.byteCount)
        guard rest == 0, (1...width).contains(count) else { return nil }
        return bytes.withUnsafeBytes { raw in
            (0..<count).map { position in
                Hash256(reading: .init(rebasing: raw[(position * Hash256.byteCount)...]))
            }
        }
    }

    /// The published name, such as `tile/0/x001/x234/067` or `tile/1/000.p/12` for a partial tile.
    package var path: String {
        var groups: [String] = []
        var rest = index
        repeat {
            let digits = String(rest % 1000)
            let group = String(repeating: "0", count: 3 - digits.count) + digits
            groups.append(groups.isEmpty ? group : "x" + group)
            rest /= 1000
        } while rest > 0
        let name = "tile/\(level)/" + groups.reversed().joined(separator: "/")
        return isFull ? name : name + ".p/\(hashes.count)"
    }

    /// The root over a power of two of nodes.
    static func root(of nodes: ArraySlice<Hash256>, _ suite: HashSuite) -> Hash256 {
        var level = Array(nodes)
        while level.count > 1 {
            for pair in 0..<level.count / 2 {
                level[pair] = LogHash.node(level[2 * pair], level[2 * pair + 1], suite)
            }
            level.removeLast(level.count / 2)
        }
        return level[0]
    }

    /// The roots of the complete subtrees of a partial tile, the largest first.
    static func completeNodes(of hashes: [Hash256], _ suite: HashSuite) -> [Hash256] {
        var nodes: [Hash256] = []
        var rest = hashes[...]
        for height in stride(from: height - 1, through: 0, by: -1) {
            let width = 1 << height
            guard rest.count >= width else { continue }
            nodes.append(root(of: rest.prefix(width), suite))
            rest.removeFirst(width)
        }
        return nodes
    }
}
