import Ordering
import System

/// Looks after the store while others use it: how the members are, whether the follower missed
/// anything, and what may be deleted.
final class Keeper: Sendable {
    private struct State {
        var throttle: ReleaseThrottle
        var isWanted = false
        var isClosed = false
    }

    private let connection: EtcdConnection
    private let keys: EtcdKeys
    private let follower: Follower
    private let state: ConditionMutex<State>

    init(_ connection: EtcdConnection, keys: EtcdKeys, follower: Follower) {
        (self.connection, self.keys, self.follower) = (connection, keys, follower)
        let settings = connection.settings
        state = ConditionMutex(
            State(
                throttle: ReleaseThrottle(
                    count: settings.releaseCount, nanoseconds: settings.releaseNanoseconds)))
    }

    func release(through position: EnginePosition) {
        let now = connection.settings.clock()
        state.withLock { state in
            state.throttle.offer(position, now: now)
            if state.throttle.due(now: now) != nil { state.isWanted = true }
        }
    }

    func close() { state.withLock { $0.isClosed = true } }

    /// Looks after things from time to time until closed.
    func run() {
        // How the follower was when last looked at.
        var before: Follower.Progress?
        while !state.withLock({ $0.isClosed }) {
            if let status = connection.peek(.status, read: StatusAnswer.init) {
                connection.board.reported(status)
            }
            before = check(before)
            clean()
            _ = state.wait(milliseconds: connection.settings.checkMilliseconds) { state -> Void? in
                guard state.isClosed || state.isWanted else { return nil }
                state.isWanted = false
                return ()
            }
        }
    }

    /// Asks the cluster for the next expected key, which also tells whether it works at all.
    private func check(_ before: Follower.Progress?) -> Follower.Progress? {
        let progress = follower.progress
        let next = progress?.next ?? EnginePosition(stream: 0, sequence: 0)
        let request = EtcdRequest.range(
            keys.key(next), keys.end(ofStream: next.stream), limit: 1, keysOnly: true)
        let found = try? connection.ask(
            request, within: connection.settings.requestTimeout, read: RangeAnswer.init)
        guard let found, let progress else { return nil }
        connection.board.count { $0.followLag = found.count }
        let present = found.pairs.first.flatMap { keys.position(of: $0.key) }
        if found.mark.isBehind(progress.mark) {
            follower.restart(progress.number)
        } else if before == progress, present == next {
            // It was there a whole round ago, and the watch has been silent since.
            follower.restart(progress.number)
        }
        if let present, present > next {
            // What was put out of order for a moment only is no gap.
            let gap = EngineHealth.Gap(missing: next.sequence, present: present.sequence)
            if before?.next == next { connection.board.found(gap) }
        } else {
            connection.board.found(nil)
        }
        return progress
    }

    /// Deletes what was released and lets the store forget its history, when it is time.
    private func clean() {
        let settings = connection.settings
        let due = state.withLock { $0.throttle.due(now: settings.clock()) }
        guard let due else { return }
        let (first, end) = keys.range(through: due)
        let time = settings.requestTimeout
        guard
            let mark = try? connection.ask(
                .delete(first, end), within: time, read: StoreMark.init(answer:))
        else { return }
        // Another node may have compacted further meanwhile; then there is nothing left to do.
        _ = try? connection.ask(
            .compact(mark.revision), within: time, read: StoreMark.init(answer:))
        state.withLock { $0.throttle.cleaned(through: due, now: settings.clock()) }
        connection.board.count { $0.releaseCount += 1 }
    }
}
