package import Storage
import Synchronization

/// The journal in preallocated segment files; format: `Frame`, a group of records in each.
///
/// Appends that arrive during a sync share the next one. A truncation is a frame of its own, and
/// segments that hold only forgotten records are removed.
package final class FileJournal: Journal {
    /// The most bytes of the records of one append.
    package static let maximumAppendByteCount = 16 << 20

    private static let lengthByteCount = 4
    private static let groupByteCount = 1 << 20

    private struct Group: Sendable {
        let location: FrameLocation
        let first: UInt64
        let count: UInt32
    }

    private struct Content: Sendable {
        var start: UInt64 = 0
        var end: UInt64 = 0
        var groups: [Group] = []
    }

    private enum Request: Sendable {
        case append([[UInt8]])
        case truncate(UInt64)
    }

    private let frames: FrameLog
    private let content: Mutex<Content>
    private let commits = GroupCommit<Request, UInt64>(maximumWeight: groupByteCount)

    /// Opens the journal in a folder of a disk, or creates it; errors as for `FileBlockLog`.
    package init(
        on disk: any Disk, folder: String, _ settings: FileLogSettings
    ) throws(StorageError) {
        var content = Content()
        var first: UInt64?
        frames = try FrameLog.open(settings.frames(disk, folder), random: settings.random) {
            (header, payload, location) throws(StorageError) in
            let place = "\(folder)/\(Segment.name(location.segment)) at byte \(location.offset)"
            if first == nil { (first, content.end) = (header.index, header.index) }
            guard header.index == content.end else { throw .corrupt("\(place): records missing") }
            switch header.kind {
            case .group:
                guard Self.records(payload)?.count == Int(header.count) else {
                    throw .corrupt("\(place): a group of records is malformed")
                }
                content.groups.append(
                    Group(location: location, first: header.index, count: header.count))
                content.end += UInt64(header.count)
            case .truncation where payload.count == 8 && header.count == 0:
                let position = BigEndian.read(payload, at: 0, byteCount: 8)
                guard position < content.end else {
                    throw .corrupt("\(place): a truncation beyond the end")
                }
                content.start = max(content.start, position + 1)
            default: throw .corrupt("\(place): not a journal's frame")
            }
        }
        guard (first ?? 0) <= content.start else {
            frames.close()
            throw .corrupt("\(folder): the records from \(content.start) on are missing")
        }
        self.content = Mutex(content)
        try dropForgotten()
    }

    /// Opens the journal in a folder of the machine, or creates it.
    package convenience init(
        path: String, _ settings: FileLogSettings
    ) throws(StorageError) {
        try self.init(on: LinuxDisk(root: path), folder: "journal", settings)
    }

    package var end: UInt64 { content.withLock { $0.end } }

    package func append(_ records: [[UInt8]]) throws(StorageError) -> UInt64 {
        precondition(!records.isEmpty)
        let byteCount = records.reduce(0) { $0 + $1.count + Self.lengthByteCount }
        guard byteCount <= Self.maximumAppendByteCount else {
            throw .oversized(limit: Self.maximumAppendByteCount)
        }
        return try commits.submit(.append(records), weight: byteCount, commit: commit)
    }

    package func truncate(through position: UInt64) throws(StorageError) {
        precondition(position < end)
        _ = try commits.submit(.truncate(position), weight: 0, commit: commit)
    }

    package func readAll() throws(StorageError) -> [JournalRecord] {
        let (start, groups) = content.withLock { ($0.start, $0.groups) }
        var records: [JournalRecord] = []
        for group in groups {
            let (header, payload) = try frames.read(group.location)
            guard header.index == group.first, let bytes = Self.records(payload) else {
                throw .corrupt("record \(group.first) of the journal: another one is in its place")
            }
            for (position, bytes) in zip(group.first..., bytes) where position >= start {
                records.append(JournalRecord(position: position, bytes: bytes))
            }
        }
        return records
    }

    package func close() { frames.close() }

    /// Runs one group: all appends in one frame, then all truncations in one frame.
    private func commit(_ requests: [Request]) -> [Result<UInt64, StorageError>] {
        var records: [[UInt8]] = []
        var forgotten: UInt64?
        for request in requests {
            switch request {
            case .append(let own): records += own
            case .truncate(let position): forgotten = max(position, forgotten ?? 0)
            }
        }
        let start = end
        let appended = Result { () throws(StorageError) in try write(records) }
        let truncated = Result { () throws(StorageError) in try write(truncation: forgotten) }
        var next = start
        return requests.map { request in
            switch request {
            case .append(let own):
                next += UInt64(own.count)
                let last = next - 1
                return appended.map { last }
            case .truncate(let position): return truncated.map { position }
            }
        }
    }

    private func write(_ records: [[UInt8]]) throws(StorageError) {
        guard !records.isEmpty else { return }
        var payload: [UInt8] = []
        for record in records {
            BigEndian.append(
                UInt64(record.count), byteCount: Self.lengthByteCount, to: &payload)
            payload += record
        }
        let first = end
        let count = UInt32(records.count)
        let location = try frames.append(.group, index: first, count: count, payload: payload)
        content.withLock { content in
            content.groups.append(Group(location: location, first: first, count: count))
            content.end += UInt64(count)
        }
    }

    private func write(truncation position: UInt64?) throws(StorageError) {
        guard let position, content.withLock({ $0.start <= position }) else { return }
        var payload: [UInt8] = []
        BigEndian.append(position, byteCount: 8, to: &payload)
        let location = try frames.append(.truncation, index: end, count: 0, payload: payload)
        content.withLock { $0.start = max($0.start, position + 1) }
        try dropForgotten(upTo: location)
    }

    /// Removes the segments whose records are all forgotten, but never the last with a frame.
    private func dropForgotten(upTo mark: FrameLocation? = nil) throws(StorageError) {
        let oldest = content.withLock { content in
            let kept = content.groups.firstIndex { $0.first + UInt64($0.count) > content.start }
            let last = content.groups.last
            content.groups.removeFirst(kept ?? content.groups.count)
            return content.groups.first?.location ?? mark ?? last?.location
        }
        if let oldest { try frames.removeSegments(before: oldest) }
    }

    /// The records in a group's payload; nil if the lengths do not add up.
    private static func records(_ payload: [UInt8]) -> [[UInt8]]? {
        var records: [[UInt8]] = []
        var offset = 0
        while offset < payload.count {
            guard payload.count - offset >= lengthByteCount else { return nil }
            let count = Int(BigEndian.read(payload, at: offset, byteCount: lengthByteCount))
            offset += lengthByteCount
            guard count <= payload.count - offset else { return nil }
            records.append(Array(payload[offset..<offset + count]))
            offset += count
        }
        return records
    }
}
