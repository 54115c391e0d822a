import Base
import Encoding
package import Ledger
import System

/// A snapshot as one file: a head, the manifest, and the chunks one after another.
///
/// | offset | size | meaning |
/// |---|---|---|
/// | 0 | 8 | `KLSNAP1` and a line feed |
/// | 8 | 4 | bytes of the manifest, big-endian |
/// | 12 | … | the manifest |
/// | … | … | the chunks, as long as the manifest says |
package final class SnapshotFile: SnapshotSource, Sendable {
    package static let magic: [UInt8] = Array("KLSNAP1\n".utf8)
    static let headByteCount = 12

    /// What the file says of itself; only ``SnapshotVerifier`` says whether it is true.
    package let manifest: SnapshotManifest
    private let file: File
    private let manifestByteCount: Int
    private let offsets: [Int]

    /// Opens a file and reads its manifest strictly.
    package init(_ path: String) throws(SnapshotError) {
        let size: Int
        let head: [UInt8]
        do throws(SystemError) {
            file = try File(path, .read)
            size = try file.byteCount()
            head = try file.read(at: 0, count: Self.headByteCount)
        } catch {
            throw .system(error)
        }
        guard head.count == Self.headByteCount, head.starts(with: Self.magic) else {
            throw Self.malformed("the head is not a snapshot's")
        }
        let count = head[8...].reduce(0) { $0 << 8 | Int($1) }
        guard count <= SnapshotLimits.manifestByteCount, Self.headByteCount + count <= size else {
            throw Self.malformed("a manifest of \(count) bytes")
        }
        manifestByteCount = count
        do {
            let bytes = try file.read(at: Self.headByteCount, count: count)
            manifest = try SnapshotManifest(decoding: bytes, limits: SnapshotLimits.decoding)
        } catch {
            throw Self.malformed("the manifest: \(error)")
        }
        var offsets: [Int] = []
        var end = Self.headByteCount + count
        for chunk in manifest.chunks {
            offsets.append(end)
            end += chunk.byteCount
        }
        self.offsets = offsets
        guard size == end else { throw Self.malformed("\(size) bytes instead of \(end)") }
    }

    package func manifestBytes() throws(SnapshotError) -> [UInt8] {
        try read(at: Self.headByteCount, count: manifestByteCount)
    }

    package func chunk(
        _ number: Int, of manifest: SnapshotManifest
    ) throws(SnapshotError) -> [UInt8] {
        try chunk(number)
    }

    /// The bytes of a chunk of this file; empty for a number beyond its end.
    package func chunk(_ number: Int) throws(SnapshotError) -> [UInt8] {
        guard offsets.indices.contains(number) else { return [] }
        return try read(at: offsets[number], count: manifest.chunks[number].byteCount)
    }

    private func read(at offset: Int, count: Int) throws(SnapshotError) -> [UInt8] {
        do throws(SystemError) {
            return try file.read(at: offset, count: count)
        } catch {
            throw .system(error)
        }
    }

    private static func malformed(_ reason: String) -> SnapshotError {
        .refused(SnapshotFailure(.format, reason))
    }

    /// The head of a file with a manifest of so many bytes.
    static func head(manifestByteCount: Int) -> [UInt8] {
        magic + withUnsafeBytes(of: UInt32(manifestByteCount).bigEndian) { Array($0) }
    }
}
