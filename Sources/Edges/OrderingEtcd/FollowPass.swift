import HTTPClient
import Ordering

/// The work on one job of the follower: one list and one watch at a time.
// Used by the follower's thread alone.
final class FollowPass {
    private static let pageCountMax = 512

    let job: Follower.Job
    private let connection: EtcdConnection
    private let keys: EtcdKeys
    private let courier: Courier
    private var cursor: StreamCursor
    private var mark: StoreMark?
    private var beat: UInt64 = 0
    private var pageCount = 16

    init(_ job: Follower.Job, _ connection: EtcdConnection, _ keys: EtcdKeys, _ courier: Courier) {
        (self.job, self.connection, self.keys, self.courier) = (job, connection, keys, courier)
        cursor = StreamCursor(stream: job.start.stream, from: job.start.sequence)
    }

    /// Lists and watches until something ends it; then it may be run again.
    ///
    /// Reports its progress whenever it starts to wait for the watch, and nil when it has work.
    func run(_ cancellation: HTTPCancellation, report: (Follower.Progress?) -> Void) {
        defer { report(nil) }
        do throws(EtcdFailure) {
            // What comes while the pages are read is in the watch, which starts at the first page.
            let mark = try list(cancellation)
            self.mark = mark
            tell(report)
            try watch(from: mark, cancellation, report)
        } catch {
            if case .answerTooLarge = error { pageCount = max(1, pageCount / 4) }
        }
    }

    private func tell(_ report: (Follower.Progress?) -> Void) {
        beat += 1
        guard let mark, let next = cursor.next else { return report(nil) }
        let position = EnginePosition(stream: cursor.stream, sequence: next)
        report(Follower.Progress(number: job.number, next: position, mark: mark, beat: beat))
    }

    // MARK: List

    private func list(_ cancellation: HTTPCancellation) throws(EtcdFailure) -> StoreMark {
        var sequence = cursor.resumption ?? .max
        var page = try self.page(from: sequence, cancellation)
        if contradicts(page), cursor.rewindStart < sequence {
            // Not the store that it was: what was delivered may look otherwise now.
            sequence = cursor.rewindStart
            page = try self.page(from: sequence, cancellation)
        }
        let first = page.mark
        cursor.look()
        while true {
            var last: UInt64?
            for pair in page.pairs { last = try take(pair) ?? last }
            // Behind a hole nothing can be delivered, so there is no use in looking.
            guard page.hasMore, let last, last >= sequence, last < .max,
                cursor.next.map({ $0 > last }) ?? false
            else { return first }
            sequence = last + 1
            page = try self.page(from: sequence, cancellation)
        }
    }

    /// Whether the store is not the one that it was: another, set back, or changed.
    private func contradicts(_ page: RangeAnswer) -> Bool {
        if let mark, page.mark.isBehind(mark) { return true }
        guard let first = page.pairs.first, let position = keys.position(of: first.key) else {
            return false
        }
        return cursor.contradicts(position.sequence, first.value)
    }

    private func page(
        from sequence: UInt64, _ cancellation: HTTPCancellation
    ) throws(EtcdFailure) -> RangeAnswer {
        let start = EnginePosition(stream: cursor.stream, sequence: sequence)
        let request = EtcdRequest.range(
            keys.key(start), keys.end(ofStream: cursor.stream), limit: pageCount)
        let page = try connection.ask(
            request, within: connection.settings.requestTimeout, cancellation: cancellation,
            read: RangeAnswer.init)
        let byteCount = page.pairs.reduce(0) { $0 + $1.value.count }
        if byteCount < 1 << 20 { pageCount = min(2 * pageCount, Self.pageCountMax) }
        return page
    }

    // MARK: Watch

    private func watch(
        from mark: StoreMark, _ cancellation: HTTPCancellation,
        _ report: (Follower.Progress?) -> Void
    ) throws(EtcdFailure) {
        // All of the stream, so that changes of what was delivered are seen too.
        let first = keys.key(EnginePosition(stream: cursor.stream, sequence: 0))
        let request = EtcdRequest.watch(
            first, keys.end(ofStream: cursor.stream), from: mark.revision + 1)
        var failure: EtcdFailure?
        try connection.stream(request, cancellation: cancellation) { lines in
            report(nil)
            for line in lines {
                do throws(EtcdFailure) {
                    guard try take(line) else { return false }
                } catch {
                    failure = error
                    return false
                }
            }
            tell(report)
            return true
        }
        if let failure { throw failure }
    }

    /// Takes one line of the watch; false if it is better to start again.
    private func take(_ line: [UInt8]) throws(EtcdFailure) -> Bool {
        let byteCountMax = connection.settings.answerByteCountMax
        let element = EtcdConnection.parse(line, byteCountMax: byteCountMax)
        switch element.flatMap(WatchAnswer.init) {
        case nil:
            connection.board.count { $0.strangeCount += 1 }
            return false
        case .compacted: throw .compacted
        case .ended(let reason):
            connection.board.failed(.unavailable(reason), isLast: false)
            return false
        case .puts(let pairs, let newMark):
            if let mark, newMark.isBehind(mark) { return false }
            mark = newMark
            for pair in pairs { _ = try take(pair) }
            return !cursor.lacksDropped
        }
    }

    // MARK: Records

    /// Delivers what is due by a record; its sequence, or nil if it is not one of the stream.
    private func take(_ pair: EtcdPair) throws(EtcdFailure) -> UInt64? {
        guard let position = keys.position(of: pair.key), position.stream == cursor.stream,
            pair.value.count <= connection.settings.recordByteCountMax
        else {
            connection.board.count { $0.strangeCount += 1 }
            return nil
        }
        for due in cursor.take(position.sequence, pair.value) {
            let place = EnginePosition(stream: cursor.stream, sequence: due.sequence)
            // Before it happens: who has been told of a record finds it counted.
            connection.board.count { counters in
                counters.deliveredCount += 1
                counters.deliveredByteCount += UInt64(due.record.count)
            }
            guard courier.deliver(due.record, at: place, follow: job.number) else {
                throw .cancelled
            }
        }
        return position.sequence
    }
}
