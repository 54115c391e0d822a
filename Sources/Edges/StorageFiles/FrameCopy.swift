package import Storage

/// Reads the frames of a log that another process may be writing: for backups.
///
/// Nothing is written. What is read of each segment is its intact frames from the start, which are
/// a segment themselves; what is behind them is being written, or empty.
package struct FrameCopy: Sendable {
    /// Times that the folder is listed again when a segment vanished before it was opened.
    private static let attempts = 5

    private let folder: String
    private let segments: [Segment]
    private let salt: [UInt8]

    /// A frame of a segment, whose bytes are complete and checked.
    package struct Piece: Sendable {
        /// The name of the segment's file.
        package let segment: String
        /// The frame as it lies on disk.
        package let bytes: [UInt8]
        /// The record, when the frame holds one of a block log, and its index.
        package let record: (index: UInt64, bytes: [UInt8])?
    }

    /// Opens all segments of a log; an empty folder has none.
    package init(on disk: any Disk, folder: String) throws(StorageError) {
        self.folder = folder
        for attempt in 1...Self.attempts {
            let numbers = try disk.list(folder).compactMap(Segment.number(of:)).sorted()
            var opened: [(segment: Segment, salt: [UInt8])] = []
            var isComplete = true
            for (place, number) in numbers.enumerated() {
                guard number == numbers[0] + UInt64(place) else {
                    throw .corrupt(
                        "\(folder)/\(Segment.name(numbers[0] + UInt64(place))) is missing")
                }
                // A journal forgets old segments while it is read.
                guard try disk.exists("\(folder)/\(Segment.name(number))") else {
                    isComplete = false
                    break
                }
                opened.append(try Segment.open(on: disk, folder: folder, number: number))
            }
            guard isComplete || attempt == Self.attempts else { continue }
            salt = opened.first?.salt ?? Frame.noSalt
            segments = opened.map(\.segment)
            guard opened.allSatisfy({ $0.salt == salt }) else {
                throw .corrupt("\(folder): segments of two logs")
            }
            return
        }
        (salt, segments) = (Frame.noSalt, [])
    }

    /// Hands out every intact frame in order, each segment's own first.
    ///
    /// - Throws: `corrupt` when a frame that is not the last one is damaged, and what `visit`
    ///   throws.
    package func forEach(
        _ visit: (Piece) throws(StorageError) -> Void
    ) throws(StorageError) {
        var stopped: String?
        for segment in segments {
            let name = Segment.name(segment.number)
            var offset = 0
            while offset + Frame.headerByteCount <= segment.byteCount {
                let own = offset == 0 ? Frame.noSalt : salt
                guard let header = try segment.header(at: offset, salt: own),
                    header.frameByteCount <= segment.byteCount - offset
                else { break }
                let bytes = try segment.file.read(at: offset, count: header.frameByteCount)
                guard bytes.count == header.frameByteCount,
                    let payload = header.payload(in: Array(bytes[Frame.headerByteCount...]))
                else { break }
                if let stopped, offset > 0 { throw .corrupt("\(stopped): a record is damaged") }
                try visit(
                    Piece(
                        segment: name, bytes: bytes,
                        record: header.kind == .block ? (header.index, payload) : nil))
                offset += bytes.count
            }
            // Only the last segment with frames may end before its file does, but for zeros.
            if offset < segment.byteCount, try !isEmpty(segment, from: offset) {
                stopped = "\(folder)/\(name) at byte \(offset)"
            }
        }
    }

    private func isEmpty(_ segment: Segment, from offset: Int) throws(StorageError) -> Bool {
        let count = min(Frame.headerByteCount, segment.byteCount - offset)
        return try segment.file.read(at: offset, count: count).allSatisfy { $0 == 0 }
    }
}
