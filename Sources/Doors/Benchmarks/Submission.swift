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
    /// Transactions of one call at a steady rate.
    static let pacedBatch = 16

    let node: Node
    /// Clients that send at the same time; each has its own signatures checked on its thread.
    let clients: Int

    /// Counts a batch down and reports it once when all of it is final.
    private final class Batch: Sendable {
        private let open: Atomic<Int>
        private let count: Int
        private let finished: ConditionMutex<Int>

        init(_ count: Int, _ finished: ConditionMutex<Int>) {
            open = Atomic(count)
            (self.count, self.finished) = (count, finished)
        }

        func settle() {
            guard open.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 else { return }
            finished.withLock { $0 += count }
        }
    }

    /// Submits all as fast as the node takes it; returns nanoseconds until the last is final.
    func run(_ transactions: [[UInt8]]) throws -> UInt64 {
        let finished = ConditionMutex(0)
        let failures = Atomic(0)
        let reason = Mutex("")
        let next = Atomic(0)
        let node = node
        let start = SystemClock.monotonicNanoseconds
        let send: @Sendable () -> Void = {
            while true {
                let first = next.add(Self.batch, ordering: .relaxed).oldValue
                guard first < transactions.count else { return }
                finished.wait { $0 >= first - Self.window ? () : nil }
                let part = Array(transactions[first..<min(transactions.count, first + Self.batch)])
                let batch = Batch(part.count, finished)
                node.submit(part) { _, result in
                    if let code = Self.failure(result) {
                        failures.add(1, ordering: .relaxed)
                        reason.withLock { $0 = code }
                    }
                    batch.settle()
                }
            }
        }
        let threads = try (1..<max(2, clients)).map { _ in try Thread("client", send) }
        send()
        for thread in threads { thread.join() }
        finished.wait { $0 == transactions.count ? () : nil }
        let elapsed = SystemClock.monotonicNanoseconds - start
        let failed = failures.load(ordering: .relaxed)
        guard failed == 0 else {
            let code = reason.withLock { $0 }
            throw Refusal(
                "bench.failures",
                "\(failed) of \(transactions.count) transactions failed (\(code)).",
                "\(transactions.count) 笔交易中有 \(failed) 笔失败（\(code)）。")
        }
        return elapsed
    }

    /// Why a transaction did not do what it should; nil when it did.
    private static func failure(_ result: SubmissionResult) -> String? {
        switch result {
        case .final(_, failure: let code): code
        case .refused(let error): error.refusal.code
        }
    }

    /// Submits at a steady rate and samples the time of each transaction to finality.
    func pace(_ transactions: [[UInt8]], perSecond: Int, into sample: LatencySample) throws {
        let finished = ConditionMutex(0)
        let interval = UInt64(Self.pacedBatch) * 1_000_000_000 / UInt64(max(1, perSecond))
        let start = SystemClock.monotonicNanoseconds
        for first in stride(from: 0, to: transactions.count, by: Self.pacedBatch) {
            let due = start + UInt64(first / Self.pacedBatch) * interval
            SystemClock.sleep(untilMonotonic: due)
            let part = Array(
                transactions[first..<min(transactions.count, first + Self.pacedBatch)])
            let batch = Batch(part.count, finished)
            // Measured from when it was due, so that a slow node cannot hide behind a late sender.
            node.submit(part) { _, _ in
                sample.add(SystemClock.monotonicNanoseconds &- due)
                batch.settle()
            }
        }
        finished.wait { $0 == transactions.count ? () : nil }
    }
}
