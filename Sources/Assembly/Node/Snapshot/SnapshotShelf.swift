import Synchronization
import System

/// The snapshots of a node: files in one folder, of which the newest two are kept.
package final class SnapshotShelf: Sendable {
    /// Snapshots kept: one is being downloaded while the next one is made.
    private static let keptCount = 2
    private static let suffix = ".snapshot"

    package let folder: String
    private let opened = Mutex<[UInt64: SnapshotFile]>([:])

    package init(_ folder: String) { self.folder = folder }

    /// The heights of the snapshots, ascending.
    package var heights: [UInt64] {
        let names = (try? FileSystem.list(folder)) ?? []
        return names.compactMap { name in
            guard name.hasSuffix(Self.suffix) else { return nil }
            return UInt64(name.dropLast(Self.suffix.count)).flatMap {
                Self.name($0) == name ? $0 : nil
            }
        }.sorted()
    }

    /// Where the snapshot of a height is or will be.
    package func path(_ height: UInt64) -> String { "\(folder)/\(Self.name(height))" }

    private static func name(_ height: UInt64) -> String { "\(height)\(suffix)" }

    /// The snapshot of a height; nil when there is none.
    package func file(_ height: UInt64) throws(SnapshotError) -> SnapshotFile? {
        if let known = opened.withLock({ $0[height] }) { return known }
        guard FileSystem.exists(path(height)) else { return nil }
        let file = try SnapshotFile(path(height))
        opened.withLock { $0[height] = file }
        return file
    }

    /// Removes all but the newest ones, and what a crash left half written.
    ///
    /// Whoever reads a removed one may finish with it.
    func tidy() throws(SystemError) {
        try FileSystem.makeFolder(folder)
        let kept = heights.suffix(Self.keptCount)
        for name in try FileSystem.list(folder)
        where name.hasSuffix(".new") || name.hasSuffix(Self.suffix) {
            guard !kept.contains(where: { Self.name($0) == name }) else { continue }
            try FileSystem.removeFile("\(folder)/\(name)")
        }
        opened.withLock { opened in
            opened = opened.filter { kept.contains($0.key) }
        }
    }
}
