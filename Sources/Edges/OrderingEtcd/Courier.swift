@preconcurrency import Glibc
import Ordering
import System

/// The engine's thread: makes every call that the engine owes to others, one after the other.
final class Courier: Sendable {
    private enum Item {
        case record([UInt8], EnginePosition, follow: UInt64)
        case call(@Sendable () -> Void)
    }

    private struct State {
        var items: [Item] = []
        var recordByteCount = 0
        /// The number of the follow whose records are wanted.
        var follow: UInt64 = 0
        var refusesRecords = false
        var isFinished = false
        var thread: pthread_t?
    }

    /// Bytes of records that wait; whoever delivers more waits too.
    private static let recordByteCountMax = 16 << 20

    private let state = ConditionMutex(State())
    private let receiver: any OrderingReceiver

    init(receiver: any OrderingReceiver) { self.receiver = receiver }

    /// Whether the caller is what the engine calls.
    var isCalling: Bool {
        state.withLock { $0.thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
    }

    func call(_ call: @escaping @Sendable () -> Void) {
        let isLate = state.withLock { state in
            if !state.isFinished { state.items.append(.call(call)) }
            return state.isFinished
        }
        if isLate { call() }
    }

    /// Drops what waits of earlier follows; only this one's records are taken from now on.
    func expect(follow: UInt64) {
        state.withLock { state in
            state.follow = follow
            state.items.removeAll { item in
                guard case .record(let bytes, _, let number) = item, number != follow else {
                    return false
                }
                state.recordByteCount -= bytes.count
                return true
            }
        }
    }

    /// Hands over a record, waiting for room; false if nobody wants it any more.
    func deliver(_ record: [UInt8], at position: EnginePosition, follow: UInt64) -> Bool {
        state.wait { state in
            if state.refusesRecords || state.follow != follow { return false }
            guard state.recordByteCount < Self.recordByteCountMax else { return nil }
            state.items.append(.record(record, position, follow: follow))
            state.recordByteCount += record.count
            return true
        }
    }

    /// Wakes whoever waits for room, and takes no more records.
    func refuseRecords() {
        state.withLock { state in
            state.refusesRecords = true
            state.items.removeAll { if case .record = $0 { true } else { false } }
        }
    }

    /// Lets the thread end once no call is left; one that comes later is made by who brings it.
    func finish() { state.withLock { $0.isFinished = true } }

    /// Makes calls until it is told to finish and none is left.
    func run() {
        state.withLock { $0.thread = pthread_self() }
        while true {
            let items = state.wait { state -> [Item]? in
                if state.items.isEmpty { return state.isFinished ? [] : nil }
                defer { state.items.removeAll(keepingCapacity: true) }
                return state.items
            }
            if items.isEmpty { return }
            for item in items { make(item) }
        }
    }

    private func make(_ item: Item) {
        switch item {
        case .call(let call): call()
        case .record(let bytes, let position, let follow):
            let isWanted = state.withLock { state in
                state.recordByteCount -= bytes.count
                return state.follow == follow && !state.refusesRecords
            }
            if isWanted { receiver.ordered(bytes, at: position) }
        }
    }
}
