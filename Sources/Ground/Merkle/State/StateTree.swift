package import Base
package import Cryptography

/// The state of a chain as a compressed sparse Merkle tree in memory, in several versions.
///
/// The rules of its hashes stand at ``StateHash``. Versions count up by one with each batch and
/// share what they have in common; version 0 is the empty tree. A batch of n changes on a tree of m
/// keys takes about n · log2(m / n) node hashes. A leaf takes about 137 bytes of memory.
///
/// Threads: a tree has one owner at a time. It is not Sendable; put it into a `Mutex`, or an actor,
/// to share it. Nothing here is durable: the tree is built anew from storage when a node starts.
package final class StateTree {
    private(set) var arena: StateArena
    private(set) var versions: [Version]

    /// The oldest version that can still be read.
    package private(set) var oldestVersion: UInt64

    /// One state of the tree.
    struct Version {
        var root: StateEdge
        var count: Int
        /// What this version added to the one before, and what it left.
        var journal: StateJournal
    }

    /// The empty tree, as version 0.
    package convenience init(suite: HashSuite) {
        self.init(arena: StateArena(suite: suite), root: .empty, count: 0, version: 0)
    }

    init(arena: consuming StateArena, root: StateEdge, count: Int, version: UInt64) {
        self.arena = arena
        versions = [Version(root: root, count: count, journal: StateJournal())]
        oldestVersion = version
    }

    /// A tree of many leaves, far faster than through ``apply(_:)``: for the start of a node.
    ///
    /// The keys must ascend strictly. The tree has one version, with the given number.
    ///
    /// - Throws: ``StateTreeError/keysOutOfOrder(position:)``.
    package static func build(
        suite: HashSuite, from sorted: some Sequence<(key: Hash256, valueHash: Hash256)>,
        version: UInt64 = 0
    ) throws(StateTreeError) -> StateTree {
        var builder = StateTreeBuilder(suite: suite)
        for leaf in sorted { try builder.append(key: leaf.key, valueHash: leaf.valueHash) }
        return builder.finish(version: version)
    }

    /// The hash function of the tree.
    package var suite: HashSuite { arena.suite }

    /// The version that the next batch applies to.
    package var latestVersion: UInt64 { oldestVersion + UInt64(versions.count - 1) }

    /// Keys in the latest version.
    package var count: Int { latest.count }

    /// Whether the latest version holds no key.
    package var isEmpty: Bool { count == 0 }

    /// The root of the latest version.
    package var root: Hash256 { latest.root.hash }

    /// The root of a version; nil when it is pruned or yet to come.
    package func root(at version: UInt64) -> Hash256? { find(version)?.root.hash }

    // MARK: Changing

    /// Makes the next version, even of an empty batch.
    ///
    /// The order of the changes does not matter, except that of several for one key the last one
    /// counts. Deleting an absent key is allowed and changes nothing.
    @discardableResult
    package func apply(_ changes: [StateChange]) -> (version: UInt64, root: Hash256) {
        let before = latest
        arena.journal = StateJournal()
        let root = StateChange.sorted(changes).withUnsafeBufferPointer { sorted in
            arena.warm(before.root.link, with: sorted)
            return arena.update(before.root, at: 0, known: 0, with: sorted)
        }
        let journal = arena.journal
        arena.journal = StateJournal()
        let count = before.count + journal.countChange
        versions.append(Version(root: root, count: count, journal: journal))
        return (latestVersion, root.hash)
    }

    /// Drops every version after `version`, such as that of a block that was not committed.
    package func rollback(to version: UInt64) {
        precondition(find(version) != nil, "rolling back to a version that is not held")
        while latestVersion > version {
            guard let dropped = versions.popLast() else { return }
            arena.free(dropped.journal.created)
        }
    }

    /// Drops every version before `version`, and frees what only they used.
    ///
    /// The latest version always stays. It takes time in proportion to what is freed.
    package func prune(below version: UInt64) {
        let target = min(version, latestVersion)
        guard target > oldestVersion else { return }
        let dropped = Int(target - oldestVersion)
        for index in 1...dropped { arena.free(versions[index].journal.stale) }
        versions.removeFirst(dropped)
        // What the oldest version added can no longer be undone.
        versions[0].journal = StateJournal()
        oldestVersion = target
    }

    // MARK: Reading

    /// The digest of a key's value in the latest version.
    package func valueHash(for key: Hash256) -> Hash256? {
        arena.valueHash(for: key, below: latest.root.link)
    }

    /// The digest of a key's value in a version; nil also when the version is not held.
    package func valueHash(for key: Hash256, at version: UInt64) -> Hash256? {
        guard let found = find(version) else { return nil }
        return arena.valueHash(for: key, below: found.root.link)
    }

    /// The proof that a key is present or absent in a version; nil when the version is not held.
    package func proof(for key: Hash256, at version: UInt64) -> StateProof? {
        guard let found = find(version) else { return nil }
        return arena.proof(for: key, below: found.root)
    }

    /// What the tree holds, for metrics and for tests of pruning.
    package var memory: StateTreeMemory {
        StateTreeMemory(
            leafCount: arena.leafSlotCount - arena.freeLeaves.count,
            nodeCount: arena.nodeSlotCount - arena.freeNodes.count,
            slotCount: arena.leafSlotCount + arena.nodeSlotCount,
            byteCount: arena.byteCount)
    }

    private var latest: Version { versions[versions.count - 1] }

    private func find(_ version: UInt64) -> Version? {
        guard version >= oldestVersion, version <= latestVersion else { return nil }
        return versions[Int(version - oldestVersion)]
    }
}
