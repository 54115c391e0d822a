package import Storage
import Synchronization

/// Pruning: whole segments are written anew with shorter records.
extension FileBlockLog {
    package func shorten(
        _ range: Range<UInt64>,
        _ shorter: (_ index: UInt64, _ record: [UInt8]) throws(StorageError) -> [UInt8]?
    ) throws(StorageError) -> Shortening {
        try shortening.withLock { (_) throws(StorageError) in
            var freed: UInt64 = 0
            let range = range.clamped(to: index.withLock { $0.first..<$0.count })
            var next = range.lowerBound
            while next < range.upperBound, let run = run(around: next), run.end <= range.upperBound
            {
                freed += try shorten(run, shorter)
                next = run.end
            }
            return Shortening(end: next, freedByteCount: freed)
        }
    }

    /// The records of one segment.
    private struct Run {
        let segment: UInt64
        let start: UInt64
        let end: UInt64
        /// Whether the segment begins with the frame that tells the log's first index.
        let hasBase: Bool
    }

    /// The segment of a record; nil for the one that is being written.
    private func run(around record: UInt64) -> Run? {
        let current = frames.currentSegment
        return index.withLock { index in
            let number = index.locations[Int(record - index.first)].segment
            guard number < current else { return nil }
            var start = Int(record - index.first)
            while start > 0, index.locations[start - 1].segment == number { start -= 1 }
            var end = start
            while end < index.locations.count, index.locations[end].segment == number { end += 1 }
            return Run(
                segment: number, start: index.first + UInt64(start),
                end: index.first + UInt64(end), hasBase: index.base?.segment == number)
        }
    }

    /// Returns the bytes that the segment takes less.
    private func shorten(
        _ run: Run,
        _ shorter: (_ index: UInt64, _ record: [UInt8]) throws(StorageError) -> [UInt8]?
    ) throws(StorageError) -> UInt64 {
        guard let old = frames.segment(run.segment) else { throw .closed }
        var changed: [UInt64: [UInt8]] = [:]
        for record in run.start..<run.end {
            guard let bytes = try read(record), let new = try shorter(record, bytes),
                new.count < bytes.count
            else { continue }
            changed[record] = new
        }
        guard !changed.isEmpty else { return 0 }
        var next = run.start
        var isBaseDue = run.hasBase
        let rewritten = try frames.rewrite(run.segment) { () throws(StorageError) -> Frame? in
            if isBaseDue {
                isBaseDue = false
                return Frame(kind: .base, index: first, count: 0, payload: [])
            }
            guard next < run.end else { return nil }
            defer { next += 1 }
            if let new = changed[next] {
                return Frame(kind: .block, index: next, count: 1, payload: new)
            }
            guard let bytes = try read(next) else { throw .closed }
            return Frame(kind: .block, index: next, count: 1, payload: bytes)
        }
        try frames.replace(rewritten)
        let locations = rewritten.locations.dropFirst(run.hasBase ? 1 : 0)
        index.withLock { index in
            let place = Int(run.start - index.first)
            index.locations.replaceSubrange(
                place..<(place + locations.count), with: Array(locations))
            if run.hasBase { index.base = rewritten.locations.first }
            frames.adopt(rewritten)
        }
        return UInt64(max(0, old.byteCount - rewritten.segment.byteCount))
    }
}
