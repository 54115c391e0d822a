import Storage
import StorageFiles
import StorageRocksDB

/// The implementations that must behave alike.
enum KeyValueEngine: String, CaseIterable, CustomStringConvertible {
    case memory, rocksDB

    var description: String { rawValue }

    func open(_ folder: TestFolder) throws -> any KeyValueStore {
        switch self {
        case .memory: MemoryKeyValueStore()
        case .rocksDB: try RocksKeyValueStore(path: "\(folder.path)/state")
        }
    }
}

/// The implementations of logs, journals and vaults.
enum FileEngine: String, CaseIterable, CustomStringConvertible {
    case memory, simulatedDisk, linuxDisk

    var description: String { rawValue }

    /// Nil for the engine in memory.
    func disk(_ folder: TestFolder) throws -> (any Disk)? {
        switch self {
        case .memory: nil
        case .simulatedDisk: SimulatedDisk(seed: 1)
        case .linuxDisk: try LinuxDisk(root: folder.path)
        }
    }

    static func blockLog(on disk: (any Disk)?) throws -> any BlockLog {
        guard let disk else { return MemoryBlockLog() }
        return try FileBlockLog(on: disk, folder: "blocks", Samples.settings())
    }

    static func journal(on disk: (any Disk)?) throws -> any Journal {
        guard let disk else { return MemoryJournal() }
        return try FileJournal(on: disk, folder: "journal", Samples.settings())
    }

    static func blobStore(on disk: (any Disk)?) throws -> any BlobStore {
        guard let disk else { return MemoryBlobStore(hash: Samples.hash) }
        return try FileBlobStore(on: disk, folder: "vault", hash: Samples.hash)
    }
}
