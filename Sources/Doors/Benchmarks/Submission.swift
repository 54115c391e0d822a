import Base
import Ledger
import Node
import Synchronization
import System

/// Drives a node with signed transactions and waits until all are final.
struct Submission {
    /// Transactions that may be under way at a time.
    static let window = 16_384
    /// Transactions of one call of the node's door.
    static let batch = 512

    let node: Node

    /// Submits everything as fast as the node takes it; returns nanoseconds until the last is
    /// final.
    func run(_ transactions: [[UInt8]]) throws -> UInt64 {
        let finished = ConditionMutex(0)
        let failures = Atomic(0)
        let start = SystemClock.monotonicNanoseconds
        var submitted = 0
        while submitted < transactions.count {
            let end = min(transactions.count, submitted + Self.batch)
            let outstanding = submitted
            finished.wait { $0 >= outstanding - Self.window ? () : nil }
            node.submit(Array(transactions[submitted..<end])) { _, result in
                if case .final(_, nil) = result {} else { failures.add(1, ordering: .relaxed) }
                finished.withLock { $0 += 1 }
            }
            submitted = end
        }
        finished.wait { $0 == transactions.count ? () : nil }
        let elapsed = SystemClock.monotonicNanoseconds - start
        let failed = failures.load(ordering: .relaxed)
        guard failed == 0 else {
            throw Refusal(
                "bench.failures", "\(failed) of \(transactions.count) transactions failed.",
                "\(transactions.count) 笔交易中有 \(failed) 笔失败。")
        }
        return elapsed
    }

    /// Submits at a steady rate and samples the time of each transaction to finality.
    func pace(_ transactions: [[UInt8]], perSecond: Int, into sample: LatencySample) throws {
        let finished = ConditionMutex(0)
        let batch = 16
        let interval = UInt64(batch) * 1_000_000_000 / UInt64(max(1, perSecond))
        let start = SystemClock.monotonicNanoseconds
        var submitted = 0
        while submitted < transactions.count {
            let due = start + UInt64(submitted / batch) * interval
            SystemClock.sleep(untilMonotonic: due)
            let end = min(transactions.count, submitted + batch)
            // Measured from when it was due, so that a slow node cannot hide behind a late sender.
            node.submit(Array(transactions[submitted..<end])) { _, _ in
                sample.add(SystemClock.monotonicNanoseconds &- due)
                finished.withLock { $0 += 1 }
            }
            submitted = end
        }
        finished.wait { $0 == transactions.count ? () : nil }
    }
}
