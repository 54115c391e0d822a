import Base
import Cryptography
@preconcurrency import Glibc
import Storage

/// Opening: every frame is checked, and what a crash left at the end is told from damage.
extension FrameLog {
    private static let chunkByteCount = 1 << 20
    private static let sectorByteCount = 512

    /// Opens or creates a log and hands every frame, in order, to `visit`.
    ///
    /// A torn last frame (the crash came before its sync) is cleared. Throws `corrupt` for any
    /// other flaw: a bad frame with an intact one behind it, a bad last frame of which every
    /// sector was written, a missing segment.
    static func open(
        _ settings: Settings, random: any RandomSource,
        visit: (FrameHeader, [UInt8], FrameLocation) throws(StorageError) -> Void
    ) throws(StorageError) -> FrameLog {
        let (disk, folder) = (settings.disk, settings.folder)
        try disk.makeFolder(folder)
        try disk.remove("\(folder)/\(Segment.temporaryName)")
        try disk.remove("\(folder)/\(Segment.rewrittenName)")
        let numbers = try disk.list(folder).compactMap(Segment.number(of:)).sorted()
        guard let first = numbers.first else {
            let salt = random.bytes(Frame.saltByteCount)
            let segment = try Segment.create(
                on: disk, folder: folder, number: 0, byteCount: settings.segmentByteCount,
                suite: settings.suite, salt: salt)
            let writer = Writer(segment: segment, offset: Segment.firstFrameOffset, spares: [])
            return FrameLog(settings, salt: salt, writer: writer, segments: [0: segment])
        }
        var segments: [Segment] = []
        let salt = try Segment.open(on: disk, folder: folder, number: first).salt
        for (position, number) in numbers.enumerated() {
            guard number == first + UInt64(position) else {
                throw .corrupt("\(folder)/\(Segment.name(first + UInt64(position))) is missing")
            }
            let (segment, ownSalt) = try Segment.open(on: disk, folder: folder, number: number)
            guard ownSalt == salt else { throw .corrupt("\(segment.path) is of another log") }
            segments.append(segment)
        }
        // The last segment with a frame is the current one; those behind it are spares.
        var (current, last, offset) = (0, 0, Segment.firstFrameOffset)
        for (position, segment) in segments.enumerated() {
            let (lastFrame, end) = try scan(segment, salt: salt, visit)
            if end > Segment.firstFrameOffset {
                (current, last, offset) = (position, lastFrame, end)
            }
            if end < segment.byteCount {
                try checkEnd(at: end, of: segments[position...], salt: salt)
            }
        }
        try settle(segments[current], from: last, to: offset)
        try disk.syncFolders([folder])
        let writer = Writer(
            segment: segments[current], offset: offset, spares: Array(segments[(current + 1)...]))
        return FrameLog(
            settings, salt: salt, writer: writer,
            segments: Dictionary(uniqueKeysWithValues: segments.map { ($0.number, $0) }))
    }

    /// Makes the last frame durable.
    ///
    /// When only the process crashed it may be visible but not synced, and after a failed sync the
    /// kernel may even take it for clean: writing it once more makes the sync a real one.
    private static func settle(
        _ segment: Segment, from offset: Int, to end: Int
    ) throws(StorageError) {
        guard offset < end, offset > 0 else { return }
        let frame = try segment.file.read(at: offset, count: end - offset)
        try segment.file.write(frame, at: offset)
        try segment.file.sync()
    }

    /// Visits the intact frames from the start; returns the last one's offset and its end.
    private static func scan(
        _ segment: Segment, salt: [UInt8],
        _ visit: (FrameHeader, [UInt8], FrameLocation) throws(StorageError) -> Void
    ) throws(StorageError) -> (lastFrame: Int, end: Int) {
        var (lastFrame, offset) = (0, Segment.firstFrameOffset)
        while offset + Frame.headerByteCount <= segment.byteCount {
            guard let header = try segment.header(at: offset, salt: salt),
                header.kind != .segment, let payload = try segment.payload(of: header, at: offset)
            else { break }
            try visit(header, payload, FrameLocation(segment: segment.number, offset: offset))
            lastFrame = offset
            offset += header.frameByteCount
        }
        return (lastFrame, offset)
    }

    /// Accepts zeros behind the last intact frame, clears a torn frame, refuses damage.
    private static func checkEnd(
        at offset: Int, of segments: ArraySlice<Segment>, salt: [UInt8]
    ) throws(StorageError) {
        guard let segment = segments.first,
            let dirty = try dirtyRange(of: segment, from: offset)
        else { return }
        let place = "\(segment.path) at byte \(offset)"
        for later in segments {
            let start = later.number == segment.number ? offset + 1 : Segment.firstFrameOffset
            if let found = try frameOffset(in: later, from: start, salt: salt) {
                throw .corrupt(
                    "\(place): a record is damaged, but \(later.path) has an intact one at byte "
                        + "\(found)")
            }
        }
        guard try isTorn(segment, at: offset, salt: salt) else {
            throw .corrupt("\(place): the last record was written wholly and is damaged")
        }
        try segment.file.write([UInt8](repeating: 0, count: dirty.count), at: dirty.lowerBound)
        try segment.file.sync()
    }

    /// From the first to the last chunk that holds more than zeros; nil if there is none.
    private static func dirtyRange(
        of segment: Segment, from start: Int
    ) throws(StorageError) -> Range<Int>? {
        var range: Range<Int>?
        var offset = start
        while offset < segment.byteCount {
            let chunk = try segment.file.read(
                at: offset, count: min(chunkByteCount, segment.byteCount - offset))
            guard !chunk.isEmpty else { break }
            if !isZero(chunk[...]) {
                range = (range?.lowerBound ?? offset)..<(offset + chunk.count)
            }
            offset += chunk.count
        }
        return range
    }

    /// The first offset, a multiple of 8, from which an intact header begins; nil if none does.
    private static func frameOffset(
        in segment: Segment, from start: Int, salt: [UInt8]
    ) throws(StorageError) -> Int? {
        let magic: [UInt8] = [0x4B, 0x4C, 0x46, 0x52]
        let magicOffset = 24
        let lowest = (start + Frame.alignment - 1) / Frame.alignment * Frame.alignment
        var base = lowest + magicOffset
        while base < segment.byteCount {
            let chunk = try segment.file.read(
                at: base, count: min(chunkByteCount, segment.byteCount - base))
            guard !chunk.isEmpty else { break }
            if !isZero(chunk[...]) {
                for position in stride(from: 0, to: chunk.count - 3, by: Frame.alignment)
                where chunk[position] == magic[0]
                    && chunk[position..<position + 4].elementsEqual(magic)
                {
                    let offset = base + position - magicOffset
                    if try segment.header(at: offset, salt: salt) != nil { return offset }
                }
            }
            base += chunk.count
        }
        return nil
    }

    /// Whether some sector of the bad frame at an offset was never written.
    ///
    /// A crash loses whole sectors of an unsynced write, and those then hold the zeros of the
    /// preallocation. Damage changes bits of sectors that were written.
    private static func isTorn(
        _ segment: Segment, at offset: Int, salt: [UInt8]
    ) throws(StorageError) -> Bool {
        let header = try segment.header(at: offset, salt: salt)
        let length = header.map { $0.payloadByteCount } ?? 0
        guard Frame.headerByteCount + length <= segment.byteCount - offset else { return false }
        let bytes = try segment.file.read(at: offset, count: Frame.headerByteCount + length)
        var start = 0
        while start < bytes.count {
            let sectorEnd = ((offset + start) / sectorByteCount + 1) * sectorByteCount - offset
            let end = min(sectorEnd, bytes.count)
            if isZero(bytes[start..<end]) { return true }
            start = end
        }
        return false
    }

    private static func isZero(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress, buffer.count > 0 else { return true }
            // The bytes equal themselves shifted by one, and the first is zero.
            return buffer[0] == 0 && memcmp(base, base + 1, buffer.count - 1) == 0
        }
    }
}
