import Storage
import Synchronization

/// Writing a segment anew with shorter frames, as pruning does.
extension FrameLog {
    /// The number of the segment that takes the next frame; those below change no more.
    var currentSegment: UInt64 { writer.withLock { $0.segment.number } }

    /// A segment with other frames that is durable but has not taken the old one's place.
    struct Rewritten {
        let segment: Segment
        /// Where the frames are now, in order.
        let locations: [FrameLocation]
    }

    /// Writes frames, in order, into a new file for a segment; nothing changes before
    /// ``replace(_:)``.
    ///
    /// - Parameter next: called until it returns nil.
    func rewrite(
        _ number: UInt64, frames next: () throws(StorageError) -> Frame?
    ) throws(StorageError) -> Rewritten {
        let temporary = "\(settings.folder)/\(Segment.rewrittenName)"
        let file = try settings.disk.create(temporary)
        do throws(StorageError) {
            let header = Frame(kind: .segment, index: number, count: 0, payload: salt)
            try file.write(header.encoded(settings.suite, salt: Frame.noSalt), at: 0)
            var offset = Segment.firstFrameOffset
            var locations: [FrameLocation] = []
            while let frame = try next() {
                let bytes = frame.encoded(settings.suite, salt: salt)
                try file.write(bytes, at: offset)
                locations.append(FrameLocation(segment: number, offset: offset))
                offset += bytes.count
            }
            try file.sync()
            let path = "\(settings.folder)/\(Segment.name(number))"
            return Rewritten(
                segment: Segment(number: number, path: path, file: file, byteCount: offset),
                locations: locations)
        } catch {
            file.close()
            try? settings.disk.remove(temporary)
            throw error
        }
    }

    /// Puts a rewritten segment in the old one's place, durably; a crash leaves one or the other.
    ///
    /// Readers that hold the old file may finish with it: it is closed with its last reference.
    func replace(_ rewritten: Rewritten) throws(StorageError) {
        try settings.disk.rename(
            "\(settings.folder)/\(Segment.rewrittenName)", to: rewritten.segment.path)
        try settings.disk.syncFolders([settings.folder])
    }

    /// Makes readers use the new file from now on.
    func adopt(_ rewritten: Rewritten) {
        segments.withLock { $0[rewritten.segment.number] = rewritten.segment }
    }
}
