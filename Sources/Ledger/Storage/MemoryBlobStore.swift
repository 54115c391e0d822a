import Base
import Synchronization

/// A vault in memory.
package final class MemoryBlobStore: BlobStore {
    private struct State: Sendable {
        var blobs = SortedByteMap()
        var isClosed = false
    }

    private let state = Mutex(State())
    private let hash: ContentHash

    package init(hash: @escaping ContentHash) { self.hash = hash }

    package func put(_ blobs: [[UInt8]]) throws(StorageError) -> [BlobAddress] {
        let addresses = blobs.map { BlobAddress(hash($0)) }
        try withOpen { state in
            for (address, blob) in zip(addresses, blobs) {
                state.blobs[address.digest.bytes] = blob
            }
        }
        return addresses
    }

    package func get(_ address: BlobAddress) throws(StorageError) -> [UInt8]? {
        try withOpen { $0.blobs[address.digest.bytes] }
    }

    package func delete(_ address: BlobAddress) throws(StorageError) {
        try withOpen { $0.blobs[address.digest.bytes] = nil }
    }

    package func contains(_ address: BlobAddress) throws(StorageError) -> Bool {
        try get(address) != nil
    }

    package func addresses(
        after: BlobAddress?, limit: Int
    ) throws(StorageError) -> [BlobAddress] {
        let entries = try withOpen {
            $0.blobs.scan(prefix: [], after: after?.digest.bytes, limit: limit)
        }
        return entries.compactMap { Hash256($0.key).map(BlobAddress.init) }
    }

    package func close() { state.withLock { $0.isClosed = true } }

    private func withOpen<Value: Sendable>(
        _ body: (inout State) -> Value
    ) throws(StorageError) -> Value {
        try state.withLock { state throws(StorageError) in
            guard !state.isClosed else { throw .closed }
            return body(&state)
        }
    }
}
