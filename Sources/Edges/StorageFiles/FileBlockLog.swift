package import Storage
import Synchronization

/// The block log in preallocated segment files; format: `Frame`, one record in each.
///
/// An append is one write and one `fdatasync` that changes no metadata. Opening reads and checks
/// everything. Memory: eight bytes a record.
package final class FileBlockLog: BlockLog {
    /// The most bytes of one record.
    package static let maximumRecordByteCount = 256 << 20

    private let frames: FrameLog
    private let index: Mutex<[FrameLocation]>

    /// Opens the log in a folder of a disk, or creates it.
    ///
    /// A record torn by a crash is dropped; `corrupt` names the place of any other damage.
    package init(
        on disk: any Disk, folder: String, _ settings: FileLogSettings
    ) throws(StorageError) {
        var index: [FrameLocation] = []
        do throws(StorageError) {
            frames = try FrameLog.open(settings.frames(disk, folder), random: settings.random) {
                (header, _, location) throws(StorageError) in
                guard header.kind == .block, header.count == 1, header.index == UInt64(index.count)
                else {
                    throw .corrupt(
                        "\(folder)/\(Segment.name(location.segment)) at byte \(location.offset): "
                            + "another record is in its place")
                }
                index.append(location)
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

    package var count: UInt64 { index.withLock { UInt64($0.count) } }

    package func append(_ record: [UInt8]) throws(StorageError) -> UInt64 {
        guard record.count <= Self.maximumRecordByteCount else {
            throw .oversized(limit: Self.maximumRecordByteCount)
        }
        let next = count
        let location = try frames.append(.block, index: next, count: 1, payload: record)
        index.withLock { index in
            precondition(UInt64(index.count) == next, "a block log has one writer")
            index.append(location)
        }
        return next
    }

    package func read(_ index: UInt64) throws(StorageError) -> [UInt8]? {
        let location = self.index.withLock { locations in
            index < UInt64(locations.count) ? locations[Int(index)] : nil
        }
        guard let location else { return nil }
        let (header, payload) = try frames.read(location)
        guard header.index == index else {
            throw .corrupt("record \(index) of the block log: another one is in its place")
        }
        return payload
    }

    package func close() { frames.close() }
}
