package import Storage
import Synchronization

/// The block log in preallocated segment files; format: `Frame`, one record in each.
///
/// An append is one write and one `fdatasync` that changes no metadata. Opening reads and checks
/// everything. Memory: eight bytes a record.
package final class FileBlockLog: BlockLog {
    /// The most bytes of one record.
    package static let maximumRecordByteCount = 256 << 20

    struct Index: Sendable {
        var first: UInt64 = 0
        var locations: [FrameLocation] = []
        /// The frame that tells `first`, if there is one.
        var base: FrameLocation?

        var count: UInt64 { first + UInt64(locations.count) }
    }

    let frames: FrameLog
    let index: Mutex<Index>
    let shortening = Mutex(())

    /// Opens the log in a folder of a disk, or creates it.
    ///
    /// A record torn by a crash is dropped; `corrupt` names the place of any other damage.
    package init(
        on disk: any Disk, folder: String, _ settings: FileLogSettings
    ) throws(StorageError) {
        var index = Index()
        do throws(StorageError) {
            frames = try FrameLog.open(settings.frames(disk, folder), random: settings.random) {
                (header, payload, location) throws(StorageError) in
                switch header.kind {
                case .base where index.locations.isEmpty && index.base == nil && payload.isEmpty:
                    (index.first, index.base) = (header.index, location)
                case .block where header.count == 1 && header.index == index.count:
                    index.locations.append(location)
                default:
                    throw .corrupt(
                        "\(folder)/\(Segment.name(location.segment)) at byte \(location.offset): "
                            + "another record is in its place")
                }
            }
        } catch .corrupt(let place) {
            // What came before was intact, so this is the next block; heights count from 1.
            throw .corrupt("\(place) (block \(index.count + 1))")
        }
        self.index = Mutex(index)
    }

    /// Opens the log in a folder of the machine, or creates it.
    package convenience init(
        path: String, _ settings: FileLogSettings
    ) throws(StorageError) {
        try self.init(on: LinuxDisk(root: path), folder: "blocks", settings)
    }

    /// Creates a log whose first record has the index `first`, which is durable when this returns.
    ///
    /// Throws `corrupt` when there is a log with another beginning, or with records, in the folder.
    package static func create(
        on disk: any Disk, folder: String, _ settings: FileLogSettings, first: UInt64
    ) throws(StorageError) -> FileBlockLog {
        let log = try FileBlockLog(on: disk, folder: folder, settings)
        let found = log.index.withLock { $0 }
        if found.base != nil && found.first == first && found.locations.isEmpty { return log }
        guard found.base == nil, found.locations.isEmpty else {
            log.close()
            throw .corrupt("\(folder): a block log is there already")
        }
        let base = try log.frames.append(.base, index: first, count: 0, payload: [])
        log.index.withLock { ($0.first, $0.base) = (first, base) }
        return log
    }

    package var first: UInt64 { index.withLock { $0.first } }

    package var count: UInt64 { index.withLock { $0.count } }

    package func append(_ record: [UInt8]) throws(StorageError) -> UInt64 {
        guard record.count <= Self.maximumRecordByteCount else {
            throw .oversized(limit: Self.maximumRecordByteCount)
        }
        let next = count
        let location = try frames.append(.block, index: next, count: 1, payload: record)
        index.withLock { index in
            precondition(index.count == next, "a block log has one writer")
            index.locations.append(location)
        }
        return next
    }

    package func read(_ index: UInt64) throws(StorageError) -> [UInt8]? {
        // Place and file are taken together: pruning may put a new file in the old one's place.
        let found = self.index.withLock { records -> (FrameLocation, Segment?)?? in
            guard index >= records.first else { return nil }
            guard index < records.count else { return .some(nil) }
            let location = records.locations[Int(index - records.first)]
            return (location, frames.segment(location.segment))
        }
        guard let found else { throw .before(first: first, index) }
        guard let (location, segment) = found else { return nil }
        guard let segment else { throw .closed }
        let (header, payload) = try frames.read(location, in: segment)
        guard header.index == index else {
            throw .corrupt("record \(index) of the block log: another one is in its place")
        }
        return payload
    }

    package func close() { frames.close() }
}
