package import Encoding

/// Bounds of snapshots: a reader refuses what goes beyond them before it allocates anything.
package enum SnapshotLimits {
    /// Bytes of one chunk.
    package static let chunkByteCount = 1 << 20
    /// Bytes of the encoded rows of one chunk: what is left after its heads.
    package static let rowsByteCount = chunkByteCount - 16
    /// Chunks of one snapshot: 64 GiB.
    package static let chunkCount = 65_536
    /// Bytes of a manifest: the digests of all chunks, and the leaves of one block.
    package static let manifestByteCount = 4 << 20
    /// Bytes of a state key.
    package static let keyByteCount = 4096

    /// Limits under which a manifest or a chunk is decoded.
    package static let decoding = CBORLimits(
        byteCount: manifestByteCount, depth: 8, elementCount: 1 << 20)
}
