import Base
import Ledger
import Storage
import Synchronization
import System

/// What a node does beside the chain.
package struct UpkeepSettings: Sendable {
    /// The folder of the node's snapshots.
    package let snapshotFolder: String
    /// Heights between two snapshots; 0 makes them only when asked.
    package var snapshotInterval: UInt64 = 0
    /// Heights between two searches for entries that have ended.
    package var pruningInterval: UInt64 = 1024
    package var retention = RetentionPolicy.everything

    package init(snapshotFolder: String) { self.snapshotFolder = snapshotFolder }
}

/// Makes snapshots and prunes, on a thread of its own, behind final blocks.
final class Upkeep: BlockObserver {
    private struct State {
        var height: UInt64 = 0
        var snapshotDue = false
        var pruningDue = false
        var failure: SnapshotError?
    }

    let shelf: SnapshotShelf
    private let settings: UpkeepSettings
    private let genesis: Genesis
    private let storage: NodeStorage
    private let head: @Sendable () -> Head
    private let wakeup = Wakeup()
    private let stopping = Atomic(false)
    private let state = Mutex(State())
    /// One piece of work at a time.
    private let work = Mutex(())
    private let thread = Mutex<System.Thread?>(nil)

    init(
        settings: UpkeepSettings, genesis: Genesis, storage: NodeStorage,
        head: @escaping @Sendable () -> Head
    ) {
        (self.settings, self.genesis, self.storage, self.head) = (settings, genesis, storage, head)
        shelf = SnapshotShelf(settings.snapshotFolder)
    }

    func start() throws(SystemError) {
        let height = head().height
        state.withLock { $0.height = height }
        let started = try System.Thread("upkeep") { [self] in run() }
        thread.withLock { $0 = started }
    }

    func stop() {
        stopping.store(true, ordering: .releasing)
        wakeup.raise()
        thread.withLock { thread in
            thread?.join()
            thread = nil
        }
    }

    /// Why the last work on this object's thread failed; nil when it went well.
    var failure: SnapshotError? { state.withLock { $0.failure } }

    func committed(_ block: ExecutedBlock) {
        let height = block.header.height
        let isDue = state.withLock { state in
            let last = state.height
            state.height = height
            if Self.passes(settings.snapshotInterval, from: last, to: height) {
                state.snapshotDue = true
            }
            if !settings.retention.limited.isEmpty,
                Self.passes(settings.pruningInterval, from: last, to: height)
            {
                state.pruningDue = true
            }
            return state.snapshotDue || state.pruningDue
        }
        if isDue { wakeup.raise() }
    }

    /// Whether a multiple of the interval lies behind `last`, up to `height`.
    private static func passes(_ interval: UInt64, from last: UInt64, to height: UInt64) -> Bool {
        interval > 0 && height / interval > last / interval
    }

    /// Makes a snapshot on the thread of the upkeep.
    func requestSnapshot() {
        state.withLock { $0.snapshotDue = true }
        wakeup.raise()
    }

    private func run() {
        while !stopping.load(ordering: .acquiring) {
            wakeup.sleep()
            guard !stopping.load(ordering: .acquiring) else { return }
            let (snapshot, pruning) = state.withLock { state in
                defer { (state.snapshotDue, state.pruningDue) = (false, false) }
                return (state.snapshotDue, state.pruningDue)
            }
            do throws(SnapshotError) {
                // The snapshot first: it helps whoever wants what is pruned next.
                if snapshot { _ = try makeSnapshot() }
                if pruning { _ = try prune() }
                state.withLock { $0.failure = nil }
            } catch {
                state.withLock { $0.failure = error }
            }
        }
    }

    /// Makes a snapshot of the newest height and keeps the newest two.
    func makeSnapshot(
        _ observer: @escaping SnapshotObserver = { _ in true }
    ) throws(SnapshotError) -> SnapshotManifest {
        try work.withLock { (_) throws(SnapshotError) in
            try SnapshotError.gathered {
                try shelf.tidy()
                let reader = try storage.store.snapshot()
                let height = try SnapshotWriter.height(genesis, in: reader)
                let writer = SnapshotWriter(
                    genesis: genesis, reader: reader, log: storage.log
                ) { [self] progress in
                    !stopping.load(ordering: .relaxed) && observer(progress)
                }
                let manifest = try writer.write(to: shelf.path(height))
                try shelf.tidy()
                return manifest
            }
        }
    }

    /// Drops entries that have ended; a trial only counts them.
    func prune(isTrial: Bool = false) throws(SnapshotError) -> PruningReport {
        try work.withLock { (_) throws(SnapshotError) in
            let pruner = Pruner(
                policy: settings.retention, suite: genesis.hashSuite, store: storage.store,
                log: storage.log)
            do throws(StorageError) {
                return try pruner.run(head: head(), isTrial: isTrial)
            } catch {
                throw .storage(error)
            }
        }
    }
}
