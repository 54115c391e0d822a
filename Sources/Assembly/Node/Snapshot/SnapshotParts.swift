package import Ledger
import System

/// A snapshot in parts, as a download leaves it: `manifest`, and one file for each chunk.
package struct SnapshotParts: SnapshotSource {
    private let folder: String

    package init(_ folder: String) { self.folder = folder }

    /// The file of the manifest.
    package static let manifestName = "manifest"

    /// The file of a chunk, counted from 0.
    package static func chunkName(_ number: Int) -> String { "\(number).chunk" }

    package func manifestBytes() throws(SnapshotError) -> [UInt8] {
        try read(Self.manifestName, limit: SnapshotLimits.manifestByteCount)
    }

    package func chunk(
        _ number: Int, of manifest: SnapshotManifest
    ) throws(SnapshotError) -> [UInt8] {
        try read(Self.chunkName(number), limit: SnapshotLimits.chunkByteCount)
    }

    private func read(_ name: String, limit: Int) throws(SnapshotError) -> [UInt8] {
        do throws(SystemError) {
            return try FileSystem.read("\(folder)/\(name)", limit: limit)
        } catch {
            throw .system(error)
        }
    }
}
