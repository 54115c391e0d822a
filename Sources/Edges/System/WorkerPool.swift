@preconcurrency import Glibc
import Synchronization

/// A few threads that share out work which needs no waiting, such as checking signatures.
///
/// The caller works too, so a pool of one thread less than the cores keeps all of them busy.
package final class WorkerPool: Sendable {
    private final class Job: Sendable {
        let chunkCount: Int
        let next = Atomic<Int>(0)
        let done = Atomic<Int>(0)
        let finished = Wakeup()
        let body: @Sendable (Int) -> Void

        init(chunkCount: Int, body: @escaping @Sendable (Int) -> Void) {
            (self.chunkCount, self.body) = (chunkCount, body)
        }

        /// Runs chunks until none is left.
        func work() {
            while true {
                let chunk = next.add(1, ordering: .relaxed).oldValue
                guard chunk < chunkCount else { return }
                body(chunk)
                if done.add(1, ordering: .acquiringAndReleasing).newValue == chunkCount {
                    finished.raise()
                }
            }
        }

        var isTaken: Bool { next.load(ordering: .relaxed) >= chunkCount }
    }

    private struct State {
        var jobs: [Job] = []
        var closed = false
    }

    private let state = Mutex(State())
    private let wakeups: [Wakeup]
    private let threads: Mutex<[Thread]>

    /// Starts `threads` threads, at least none.
    package init(threads count: Int) {
        wakeups = (0..<max(0, count)).map { _ in Wakeup() }
        threads = Mutex([])
        // A thread that cannot start is missing, no more: callers do their own share of the work.
        let started = wakeups.compactMap { wakeup in
            try? Thread("worker") { [self] in run(wakeup) }
        }
        threads.withLock { $0 = started }
    }

    /// Ends the threads; work under way is finished by its callers.
    package func close() {
        state.withLock { $0.closed = true }
        for wakeup in wakeups { wakeup.raise() }
        let ending = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in ending { thread.join() }
    }

    /// The results of `transform` over `items`, in order; chunks run on several threads.
    package func map<Item: Sendable, Output: Sendable>(
        _ items: [Item], chunk: Int, _ transform: @escaping @Sendable (Item) -> Output
    ) -> [Output] {
        let chunkCount = (items.count + chunk - 1) / chunk
        guard chunkCount > 1, !wakeups.isEmpty else { return items.map(transform) }
        let outputs = Mutex([[Output]](repeating: [], count: chunkCount))
        let job = Job(chunkCount: chunkCount) { index in
            let range = index * chunk..<min(items.count, (index + 1) * chunk)
            let part = items[range].map(transform)
            outputs.withLock { $0[index] = part }
        }
        state.withLock { $0.jobs.append(job) }
        for wakeup in wakeups { wakeup.raise() }
        job.work()
        while job.done.load(ordering: .acquiring) < chunkCount { job.finished.sleep() }
        return outputs.withLock { Array($0.joined()) }
    }

    private func run(_ wakeup: Wakeup) {
        while true {
            let (job, closed) = state.withLock { state -> (Job?, Bool) in
                state.jobs.removeAll { $0.isTaken }
                return (state.jobs.first, state.closed)
            }
            if let job {
                job.work()
            } else if closed {
                return
            } else {
                wakeup.sleep()
            }
        }
    }
}
