import Base
import Cryptography
import Encoding
import Storage

/// The append-only file beside a keystore: sealed frames of entries, each durable before it counts.
///
/// | offset in a frame | size | field |
/// |---|---|---|
/// | 0 | 4 | byte count of the rest, big-endian |
/// | 4 | n | `Sealing` of a CBOR array of entries, under the journal key |
///
/// A frame authenticates its number, so frames can be neither moved nor left out; cutting whole
/// frames off the end cannot be noticed. Frame 0 is empty and made together with the file. A frame
/// that a crash tore is set aside in a file of its own and never deleted.
struct AgentJournal {
    /// Entries of one frame.
    static let frameEntryLimit = 1024

    private let file: any DiskFile
    private let codec: JournalFrames
    private var frameCount: UInt64
    private var end: Int
    private var isPoisoned = false

    /// Opens the journal, or makes an empty one, and returns what it holds.
    static func open(
        _ path: String, on disk: any Disk, codec: JournalFrames
    ) throws(AgentStoreError) -> (journal: AgentJournal, entries: [JournalEntry]) {
        if try !reading(disk.exists(path)) {
            try replace(path, with: codec.seal([], number: 0), on: disk)
        }
        let bytes = try read(path, on: disk)
        let scan = codec.scan(bytes)
        if let frame = scan.damagedFrame { throw .journal(frame: frame) }
        if scan.end < bytes.count {
            // A process that crashed while it appended; what it wrote was acknowledged to nobody.
            try replace(path + ".torn-\(scan.end)", with: bytes, on: disk)
            try replace(path, with: Array(bytes.prefix(scan.end)), on: disk)
        }
        guard let file = try reading(disk.open(path)) else {
            throw .storage(.inputOutput(path))
        }
        let journal = AgentJournal(
            file: file, codec: codec, frameCount: scan.frameCount, end: scan.end)
        return (journal, scan.entries)
    }

    private init(file: any DiskFile, codec: JournalFrames, frameCount: UInt64, end: Int) {
        (self.file, self.codec) = (file, codec)
        (self.frameCount, self.end) = (frameCount, end)
    }

    /// Appends entries as one frame, or several for very many; durable when this returns.
    mutating func append(_ entries: [JournalEntry]) throws(AgentStoreError) {
        guard !isPoisoned else { throw .poisoned }
        var bytes: [UInt8] = []
        var number = frameCount
        var rest = entries[...]
        while !rest.isEmpty {
            bytes += try codec.seal(Array(rest.prefix(Self.frameEntryLimit)), number: number)
            rest = rest.dropFirst(Self.frameEntryLimit)
            number += 1
        }
        isPoisoned = true
        try Self.reading(file.write(bytes, at: end))
        try Self.reading(file.sync())
        isPoisoned = false
        end += bytes.count
        frameCount = number
    }

    func close() { file.close() }

    // MARK: Files

    static func read(_ path: String, on disk: any Disk) throws(AgentStoreError) -> [UInt8] {
        guard let file = try reading(disk.open(path)) else { throw .missing }
        defer { file.close() }
        let count = try reading(file.byteCount())
        return try reading(file.read(at: 0, count: count))
    }

    /// Replaces a whole file: after a crash it is the old one or the new one.
    static func replace(
        _ path: String, with bytes: [UInt8], on disk: any Disk
    ) throws(AgentStoreError) {
        try reading(disk.createDurably([(path: path + ".new", bytes: bytes)]))
        try reading(disk.rename(path + ".new", to: path))
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        try reading(disk.syncFolders([folder]))
    }

    /// Turns the disk's error into the store's.
    private static func reading<Value>(
        _ value: @autoclosure () throws(StorageError) -> Value
    ) throws(AgentStoreError) -> Value {
        do throws(StorageError) { return try value() } catch { throw .storage(error) }
    }
}
