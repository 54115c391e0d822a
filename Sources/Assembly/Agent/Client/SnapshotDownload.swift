import Base
import Cryptography
import Encoding
package import Ledger
import System

/// Downloads a node's newest snapshot into a folder; what is there already is kept.
///
/// The manifest is checked before the first chunk is asked for, and each chunk against the
/// manifest: a node can waste no more than the time for one chunk. Nothing is proved before all of
/// it was checked together.
package struct SnapshotDownload {
    /// Times that a snapshot may be replaced by a newer one while it is downloaded.
    private static let attempts = 3

    /// How far a download has come.
    package struct Progress: Hashable, Sendable {
        package let chunks: Int
        package let chunkCount: Int
        package let byteCount: Int
        package let totalByteCount: Int
    }

    private let port: HTTPPort
    private let folder: String
    private let trust: TrustFile

    /// - Parameter folder: gets `manifest` and a file for each chunk.
    package init(port: HTTPPort, folder: String, trust: TrustFile) {
        (self.port, self.folder, self.trust) = (port, folder, trust)
    }

    /// The file of the manifest.
    private var manifestFile: String { folder + "/manifest" }

    /// Downloads what is missing; returns the snapshot's height.
    ///
    /// - Throws: `PortError`, `SnapshotFailure`, `SystemError`, or a refusal.
    package func run(_ observer: (Progress) -> Void) throws -> UInt64 {
        try FileSystem.makeFolder(folder)
        var attempt = 1
        while true {
            let manifest = try manifest()
            do {
                try fetchChunks(of: manifest, observer)
                return manifest.height
            } catch PortError.refused(let refusal, 404) {
                // A newer snapshot has taken its place.
                guard attempt < Self.attempts else { throw refusal }
                attempt += 1
                try FileSystem.removeFile(manifestFile)
            }
        }
    }

    /// The manifest that an earlier try left, if the node still has its snapshot; else the newest.
    private func manifest() throws -> SnapshotManifest {
        let list = try port.json("/v1/snapshots")["snapshots"]?.elements ?? []
        let heights = list.compactMap { $0["height"]?.integerValue.flatMap { UInt64(exactly: $0) } }
        if let known = try? decode(
            FileSystem.read(manifestFile, limit: SnapshotLimits.manifestByteCount)),
            heights.contains(known.height)
        {
            return known
        }
        guard let newest = heights.max() else {
            throw Refusal(
                "snapshot.none",
                "The node has no snapshot. Ask its operator for one, or serve it with "
                    + "--snapshot-every.",
                "该节点没有快照。请其运行方生成，或以 --snapshot-every 启动。")
        }
        for name in try FileSystem.list(folder) {
            try FileSystem.removeFile("\(folder)/\(name)")
        }
        let bytes = try port.get("/v1/snapshots/\(newest)/manifest")
        let manifest = try decode(bytes)
        try FileSystem.writeAtomically(manifestFile, bytes)
        return manifest
    }

    private func decode(_ bytes: [UInt8]) throws -> SnapshotManifest {
        let manifest: SnapshotManifest
        do throws(CBORError) {
            manifest = try SnapshotManifest(decoding: bytes, limits: SnapshotLimits.decoding)
        } catch {
            throw SnapshotFailure(.format, "the manifest: \(error)")
        }
        _ = try SnapshotVerifier(manifest: manifest, trust: trust)
        return manifest
    }

    private func fetchChunks(
        of manifest: SnapshotManifest, _ observer: (Progress) -> Void
    ) throws {
        var byteCount = 0
        for (number, entry) in manifest.chunks.enumerated() {
            let file = "\(folder)/\(number).chunk"
            let kept = try? FileSystem.read(file, limit: SnapshotLimits.chunkByteCount)
            if kept.map({ isSound($0, entry) }) != true {
                let bytes = try port.get("/v1/snapshots/\(manifest.height)/chunks/\(number)")
                guard isSound(bytes, entry) else {
                    throw SnapshotFailure(.chunk, "chunk \(number) has another digest")
                }
                try FileSystem.writeAtomically(file, bytes)
            }
            byteCount += entry.byteCount
            observer(
                Progress(
                    chunks: number + 1, chunkCount: manifest.chunks.count, byteCount: byteCount,
                    totalByteCount: manifest.byteCount))
        }
    }

    private func isSound(_ bytes: [UInt8], _ entry: SnapshotChunkEntry) -> Bool {
        bytes.count == entry.byteCount && trust.genesis.hashSuite.hash(bytes) == entry.digest
    }
}

extension HTTPPort {
    /// Encoded blocks from a height on, as many as the node gives at once; none at its end.
    package func blocks(from height: UInt64) throws(PortError) -> [[UInt8]] {
        let bytes = try get("/v1/blocks?from=\(height)&count=500")
        do throws(CBORError) {
            var reader = try CBORReader(
                bytes, limits: CBORLimits(byteCount: 300 << 20, depth: 4, elementCount: 500))
            let blocks = try reader.list(atMost: 500) { (reader) throws(CBORError) in
                try reader.byteString()
            }
            try reader.finish()
            return blocks
        } catch {
            throw .unexpected("blocks: \(error)")
        }
    }

    /// Asks the node for a snapshot, in its operator's name; it is made while the node goes on.
    package func requestSnapshot() throws(PortError) {
        try requestWork("/v1/snapshots")
    }
}
