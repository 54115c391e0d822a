package import Ordering
import Base
import Synchronization
import System

/// How many records an ordering engine takes in a second, and how long each takes.
package struct EngineBench: Hashable, Sendable {
    package var recordCount = 2_000
    package var recordByteCount = 1_000
    /// Appends under way at the same time.
    package var outstandingCount = 8
    /// Fills the records, so that they do not compress.
    package var seed: UInt64 = 1

    package init() {}

    /// What was measured.
    package struct Result: Hashable, Sendable {
        package let createdCount: Int
        package let failedCount: Int
        package let nanoseconds: UInt64
        /// Half of the appends took at most this long.
        package let medianNanoseconds: UInt64
        /// All but one in a hundred took at most this long.
        package let tailNanoseconds: UInt64

        package var recordsPerSecond: Double {
            nanoseconds == 0 ? 0 : Double(createdCount) * 1e9 / Double(nanoseconds)
        }
    }

    private struct State {
        var doneCount = 0
        var createdCount = 0
        var times: [UInt64] = []
    }

    /// Appends to the positions from 0 on of a stream, which should be empty.
    package func run(_ engine: any OrderingEngine, stream: UInt64) -> Result {
        let record = SeededRandom(seed: seed).bytes(recordByteCount)
        let state = ConditionMutex(State())
        let total = recordCount
        let start = SystemClock.monotonicNanoseconds
        for index in 0..<total {
            // Waits for room; what ends is counted by the engine's thread.
            state.wait { index - $0.doneCount < outstandingCount ? () : nil }
            let begin = SystemClock.monotonicNanoseconds
            let position = EnginePosition(stream: stream, sequence: UInt64(index))
            engine.append(record, at: position) { result in
                let time = SystemClock.monotonicNanoseconds - begin
                state.withLock { state in
                    state.doneCount += 1
                    guard case .success(.created) = result else { return }
                    state.createdCount += 1
                    state.times.append(time)
                }
            }
        }
        let (created, times) = state.wait { state -> (Int, [UInt64])? in
            state.doneCount == total ? (state.createdCount, state.times.sorted()) : nil
        }
        let nanoseconds = SystemClock.monotonicNanoseconds - start
        func rank(_ percent: Int) -> UInt64 {
            times.isEmpty ? 0 : times[min(times.count - 1, times.count * percent / 100)]
        }
        return Result(
            createdCount: created, failedCount: total - created, nanoseconds: nanoseconds,
            medianNanoseconds: rank(50), tailNanoseconds: rank(99))
    }
}
