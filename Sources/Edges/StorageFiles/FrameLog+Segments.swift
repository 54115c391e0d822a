import Storage
import Synchronization
import System

/// How the log moves to its next segment.
extension FrameLog {
    /// Makes a segment with room for a frame the current one.
    func advance(_ writer: inout Writer, for frameByteCount: Int) throws(StorageError) {
        if writer.isPreparing, let segment = awaitPreparation(&writer) {
            writer.spares.append(segment)
        }
        let needed = Segment.firstFrameOffset + frameByteCount
        // Spares that are too small stay behind as empty segments.
        while !writer.spares.isEmpty {
            let spare = writer.spares.removeFirst()
            writer.segment = spare
            writer.offset = Segment.firstFrameOffset
            if spare.byteCount >= needed { return }
        }
        let segment = try Segment.create(
            on: settings.disk, folder: settings.folder, number: writer.segment.number + 1,
            byteCount: max(settings.segmentByteCount, Self.wholePages(needed)),
            suite: settings.suite, salt: salt)
        segments.withLock { $0[segment.number] = segment }
        writer.segment = segment
        writer.offset = Segment.firstFrameOffset
    }

    /// Starts making the next segment once the current one is half full.
    func prepareNext(_ writer: inout Writer) {
        guard !writer.isPreparing, writer.spares.isEmpty,
            writer.offset > writer.segment.byteCount / 2
        else { return }
        let (number, settings, salt) = (writer.segment.number + 1, settings, salt)
        let preparation = preparation
        preparation.withLock { $0 = .running }
        writer.isPreparing = true
        do {
            _ = try Thread("segment") {
                // A full disk is not reported here: the append that needs the space will meet it.
                let segment = try? Segment.create(
                    on: settings.disk, folder: settings.folder, number: number,
                    byteCount: settings.segmentByteCount, suite: settings.suite, salt: salt)
                preparation.withLock { $0 = .done(segment) }
            }
        } catch {
            preparation.withLock { $0 = .done(nil) }
        }
    }

    /// Waits for the helper thread and takes what it made.
    func awaitPreparation(_ writer: inout Writer) -> Segment? {
        let made = preparation.wait { state -> Segment?? in
            guard case .done(let segment) = state else { return nil }
            state = .none
            return .some(segment)
        }
        writer.isPreparing = false
        if let made { segments.withLock { $0[made.number] = made } }
        return made
    }

    private static func wholePages(_ byteCount: Int) -> Int { (byteCount + 4095) / 4096 * 4096 }
}
