import HTTPClient
import Ordering
import System

/// Delivers one stream: lists what the store holds, watches what comes, and starts again whenever
/// that ends, for whatever reason.
final class Follower: Sendable {
    /// What is to be followed; a later one has a higher number.
    struct Job: Hashable, Sendable {
        let number: UInt64
        let start: EnginePosition
    }

    /// How far a job has come, for those who check on it while it waits for its watch.
    struct Progress: Hashable, Sendable {
        let number: UInt64
        let next: EnginePosition
        let mark: StoreMark
        /// How often bytes have come; while they do, nothing is stuck.
        let beat: UInt64
    }

    private struct State {
        var job: Job?
        var progress: Progress?
        var cancellation: HTTPCancellation?
        var isClosed = false
    }

    private let connection: EtcdConnection
    private let keys: EtcdKeys
    private let courier: Courier
    private let state = ConditionMutex(State())

    init(_ connection: EtcdConnection, keys: EtcdKeys, courier: Courier) {
        (self.connection, self.keys, self.courier) = (connection, keys, courier)
    }

    func follow(from start: EnginePosition) {
        state.withLock { state in
            let number = (state.job?.number ?? 0) + 1
            (state.job, state.progress) = (Job(number: number, start: start), nil)
            courier.expect(follow: number)
            state.cancellation?.cancel()
        }
    }

    /// nil while nothing is followed, and while the follower lists or delivers.
    var progress: Progress? { state.withLock { $0.progress } }

    /// Makes the job with this number list and watch anew.
    func restart(_ number: UInt64) {
        state.withLock { if $0.job?.number == number { $0.cancellation?.cancel() } }
    }

    func close() {
        state.withLock { state in
            state.isClosed = true
            state.cancellation?.cancel()
        }
    }

    /// Follows one job after the other until closed.
    func run() {
        var pass: FollowPass?
        var hastyCount: UInt64 = 0
        while let (job, cancellation) = take() {
            if pass?.job != job {
                pass = FollowPass(job, connection, keys, courier)
                hastyCount = 0
            } else {
                connection.board.count { $0.reconnectCount += 1 }
            }
            guard let current = pass else { return }
            let start = SystemClock.monotonicNanoseconds
            current.run(cancellation) { progress in
                state.withLock { if $0.job == job { $0.progress = progress } }
            }
            // A pass that ends at once again and again must not keep the cluster busy.
            let isHasty = SystemClock.monotonicNanoseconds - start < 1_000_000_000
            hastyCount = isHasty ? min(hastyCount + 1, 6) : 0
            pause(milliseconds: isHasty ? 20 << hastyCount : 0, unlessReplaced: job)
        }
    }

    private func take() -> (Job, HTTPCancellation)? {
        state.wait { state -> (Job, HTTPCancellation)?? in
            if state.isClosed { return .some(nil) }
            guard let job = state.job else { return nil }
            let cancellation = HTTPCancellation()
            state.cancellation = cancellation
            return (job, cancellation)
        }
    }

    private func pause(milliseconds: UInt64, unlessReplaced job: Job) {
        guard milliseconds > 0 else { return }
        _ = state.wait(milliseconds: milliseconds) { state -> Void? in
            state.isClosed || state.job != job ? () : nil
        }
    }
}
