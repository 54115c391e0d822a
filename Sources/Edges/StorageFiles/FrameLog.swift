import Base
import Cryptography
import Storage
import Synchronization
import System

/// Append-only segments of frames, each durable by one sync: beneath block logs and journals.
///
/// Segments are preallocated and filled with zeros, so that a sync changes no metadata. The next
/// one is made on a helper thread once the current one is half full. After a failed sync nobody
/// knows what is on the device: the log then refuses appends until it is opened anew, which reads
/// what is there.
final class FrameLog: Sendable {
    struct Settings: Sendable {
        let disk: any Disk
        let folder: String
        let suite: HashSuite
        let segmentByteCount: Int
        /// Whether a helper thread makes the next segment; false in simulations.
        let preparesAhead: Bool
    }

    struct Writer: Sendable {
        var segment: Segment
        var offset: Int
        /// Empty segments behind the current one, in order.
        var spares: [Segment]
        var failure: StorageError?
        var isPreparing = false
    }

    /// What the helper thread brings back; nil when it could not.
    enum Preparation: Sendable {
        case none
        case running
        case done(Segment?)
    }

    let settings: Settings
    let salt: [UInt8]
    let writer: Mutex<Writer>
    let segments: Mutex<[UInt64: Segment]>
    let preparation = ConditionMutex(Preparation.none)

    init(_ settings: Settings, salt: [UInt8], writer: Writer, segments: [UInt64: Segment]) {
        (self.settings, self.salt) = (settings, salt)
        self.writer = Mutex(writer)
        self.segments = Mutex(segments)
    }

    /// Adds a frame; durable when this returns.
    ///
    /// On an error nothing was added.
    func append(
        _ kind: Frame.Kind, index: UInt64, count: UInt32, payload: [UInt8]
    ) throws(StorageError) -> FrameLocation {
        let frame = Frame(kind: kind, index: index, count: count, payload: payload)
        let bytes = frame.encoded(settings.suite, salt: salt)
        return try writer.withLock { writer throws(StorageError) in
            if let failure = writer.failure { throw failure }
            if bytes.count > writer.segment.byteCount - writer.offset {
                try advance(&writer, for: bytes.count)
            }
            try put(bytes, &writer)
            let location = FrameLocation(segment: writer.segment.number, offset: writer.offset)
            writer.offset += bytes.count
            if settings.preparesAhead { prepareNext(&writer) }
            return location
        }
    }

    private func put(_ bytes: [UInt8], _ writer: inout Writer) throws(StorageError) {
        let file = writer.segment.file
        do throws(StorageError) {
            try file.write(bytes, at: writer.offset)
        } catch {
            // A part may have been written. Without it being cleared, its end could later look
            // like a record behind a shorter one.
            do throws(StorageError) {
                try file.write([UInt8](repeating: 0, count: bytes.count), at: writer.offset)
                try file.sync()
            } catch {
                writer.failure = refusal(writer)
            }
            throw error
        }
        do throws(StorageError) {
            try file.sync()
        } catch {
            writer.failure = refusal(writer)
            throw error
        }
    }

    private func refusal(_ writer: Writer) -> StorageError {
        .inputOutput("\(writer.segment.path) failed before and must be opened anew")
    }

    /// The file of a segment; nil after closing.
    func segment(_ number: UInt64) -> Segment? { segments.withLock { $0[number] } }

    /// Reads a frame and checks it.
    func read(_ location: FrameLocation) throws(StorageError) -> (FrameHeader, [UInt8]) {
        guard let segment = segment(location.segment) else { throw .closed }
        return try read(location, in: segment)
    }

    /// Reads a frame of a segment that the caller holds, and checks it.
    func read(
        _ location: FrameLocation, in segment: Segment
    ) throws(StorageError) -> (FrameHeader, [UInt8]) {
        guard let header = try segment.header(at: location.offset, salt: salt),
            let payload = try segment.payload(of: header, at: location.offset)
        else {
            throw .corrupt(
                "\(segment.path) at byte \(location.offset): the record fails its checksum")
        }
        return (header, payload)
    }

    /// Removes the segments before the one of a frame, durably.
    func removeSegments(before location: FrameLocation) throws(StorageError) {
        let removed = segments.withLock { segments in
            let old = segments.values.filter { $0.number < location.segment }
            for segment in old { segments[segment.number] = nil }
            return old.sorted { $0.number < $1.number }
        }
        guard !removed.isEmpty else { return }
        // From the oldest on, with a sync each: a crash must not leave a gap in the numbers.
        for segment in removed {
            segment.file.close()
            try settings.disk.remove(segment.path)
            try settings.disk.syncFolders([settings.folder])
        }
    }

    /// Ends the use; later calls throw `closed`.
    func close() {
        writer.withLock { writer in
            writer.failure = .closed
            if writer.isPreparing { _ = awaitPreparation(&writer) }
        }
        segments.withLock { segments in
            for segment in segments.values { segment.file.close() }
            segments = [:]
        }
    }
}
