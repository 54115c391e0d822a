import Synchronization

/// An engine in memory: one client of an ``EmbeddedStream``, which several may share.
///
/// It has no thread: completions and deliveries run on threads that call into the stream's engines,
/// one at a time, and often before the call returns.
package final class EmbeddedOrdering: OrderingEngine {
    private struct State {
        var health = EngineHealth()
        var next: EnginePosition?
        var isClosed = false
    }

    private let stream: EmbeddedStream
    private let receiver: any OrderingReceiver
    private let state: Mutex<State>

    package let recordByteCountMax: Int

    /// Becomes one of the stream's clients; the receiver is kept until ``close()``.
    package init(
        _ stream: EmbeddedStream, receiver: any OrderingReceiver, recordByteCountMax: Int = 1 << 20
    ) {
        (self.stream, self.receiver) = (stream, receiver)
        self.recordByteCountMax = recordByteCountMax
        var first = State()
        (first.health.state, first.health.hasLeader) = (.working, true)
        state = Mutex(first)
        stream.subscribe(self) { [weak self] position in self?.grew(at: position) }
    }

    deinit { stream.subscribe(self, nil) }

    package func append(
        _ record: [UInt8], at position: EnginePosition,
        completion: @escaping @Sendable (Result<AppendOutcome, OrderingError>) -> Void
    ) {
        let result: Result<AppendOutcome, OrderingError>
        if state.withLock({ $0.isClosed }) {
            result = .failure(.closed)
        } else if record.count > recordByteCountMax {
            result = .failure(
                .tooLarge(byteCount: record.count, limit: recordByteCountMax))
        } else {
            result = .success(stream.create(record, at: position))
        }
        state.withLock { $0.health.counters.count(result, byteCount: record.count) }
        stream.call { completion(result) }
    }

    package func follow(stream number: UInt64, from sequence: UInt64) {
        state.withLock { $0.next = EnginePosition(stream: number, sequence: sequence) }
        stream.call { [weak self] in self?.deliver() }
    }

    package func release(through position: EnginePosition) {
        guard !state.withLock({ $0.isClosed }) else { return }
        stream.forget(through: position)
        state.withLock { $0.health.counters.releaseCount += 1 }
    }

    package var health: EngineHealth {
        let (health, next) = state.withLock { ($0.health, $0.next) }
        var current = health
        current.storedByteCount = UInt64(stream.byteCount)
        if let next { current.counters.followLag = UInt64(stream.count(from: next)) }
        return current
    }

    package func close() {
        state.withLock { state in
            (state.isClosed, state.health.state) = (true, .closed)
            state.next = nil
        }
        stream.subscribe(self, nil)
    }

    private func grew(at position: EnginePosition) {
        guard state.withLock({ $0.next?.stream == position.stream }) else { return }
        stream.call { [weak self] in self?.deliver() }
    }

    /// Delivers what is there; the stream makes one call at a time.
    private func deliver() {
        while let (position, record) = takeNext() { receiver.ordered(record, at: position) }
        reportGap()
    }

    private func takeNext() -> (EnginePosition, [UInt8])? {
        state.withLock { state in
            guard !state.isClosed, let next = state.next, let record = stream.record(at: next)
            else { return nil }
            state.next = next.sequence == .max ? nil : next.following
            state.health.counters.deliveredCount += 1
            state.health.counters.deliveredByteCount += UInt64(record.count)
            return (next, record)
        }
    }

    private func reportGap() {
        guard let next = state.withLock({ $0.next }) else { return }
        let gap = stream.firstPosition(from: next).map {
            EngineHealth.Gap(missing: next.sequence, present: $0.sequence)
        }
        let changed = state.withLock { state -> EngineHealth? in
            guard !state.isClosed, state.health.gap != gap else { return nil }
            state.health.gap = gap
            return state.health
        }
        if let changed { receiver.engineChanged(changed) }
    }
}

extension EnginePosition {
    /// The next place in the same stream; the last one has none.
    fileprivate var following: EnginePosition {
        EnginePosition(stream: stream, sequence: sequence + 1)
    }
}
