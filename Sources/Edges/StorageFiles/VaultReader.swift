import Base
package import Storage

/// Reads a vault in files that another process may have open: for backups.
///
/// Never writes.
package struct VaultReader: Sendable {
    private let disk: any Disk
    private let layout: VaultLayout
    private let hash: ContentHash

    package init(on disk: any Disk, folder: String, hash: @escaping ContentHash) {
        (self.disk, self.hash) = (disk, hash)
        layout = VaultLayout(root: folder)
    }

    /// The addresses that begin with a byte, ascending.
    package func addresses(startingWith first: UInt8) throws(StorageError) -> [BlobAddress] {
        try disk.list(layout.folder(first))
            .compactMap { VaultLayout.address(first: first, name: $0) }.sorted()
    }

    /// A blob, checked; nil when it is not there, or was erased meanwhile.
    package func get(_ address: BlobAddress) throws(StorageError) -> [UInt8]? {
        let path = layout.path(address)
        guard let file = try disk.open(path) else { return nil }
        defer { file.close() }
        let bytes = try file.read(at: 0, count: try file.byteCount())
        if BlobAddress(hash(bytes)) == address { return bytes }
        // An erasure takes the name away before it overwrites the bytes.
        guard try disk.exists(path) else { return nil }
        throw .corrupt("\(path): the blob does not match its address")
    }

    /// Where a blob lies below the folder that holds the vault.
    package func path(of address: BlobAddress) -> String { layout.path(address) }
}
