import Ordering
import System

/// Puts records into the store, several at a time, each until it is known what became of it.
final class Appender: Sendable {
    private struct Job {
        let record: [UInt8]
        let position: EnginePosition
        let completion: @Sendable (Result<AppendOutcome, OrderingError>) -> Void
    }

    private struct State {
        var jobs: [Job] = []
        var byteCount = 0
        var isClosed = false
    }

    private let connection: EtcdConnection
    private let keys: EtcdKeys
    private let courier: Courier
    private let state = ConditionMutex(State())

    init(_ connection: EtcdConnection, keys: EtcdKeys, courier: Courier) {
        (self.connection, self.keys, self.courier) = (connection, keys, courier)
    }

    private var settings: EtcdSettings { connection.settings }

    /// Takes a record to be put; at once refuses what cannot be.
    func append(
        _ record: [UInt8], at position: EnginePosition,
        completion: @escaping @Sendable (Result<AppendOutcome, OrderingError>) -> Void
    ) {
        let job = Job(record: record, position: position, completion: completion)
        guard record.count <= settings.recordByteCountMax else {
            let error = OrderingError.tooLarge(
                byteCount: record.count, limit: settings.recordByteCountMax)
            return complete(job, .failure(error))
        }
        let error = state.withLock { state -> OrderingError? in
            if state.isClosed { return .closed }
            guard state.jobs.count < settings.waitingCountMax,
                state.byteCount + record.count <= settings.waitingByteCountMax
            else { return .busy }
            state.jobs.append(job)
            state.byteCount += record.count
            return nil
        }
        if let error { complete(job, .failure(error)) }
    }

    /// Ends every run; what waits fails as closed.
    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.jobs = [] }
            return state.jobs
        }
        for job in waiting { complete(job, .failure(.closed)) }
    }

    /// Puts records until closed; any number of threads may.
    func run() {
        while true {
            let job = state.wait { state -> Job?? in
                if state.isClosed { return .some(nil) }
                guard !state.jobs.isEmpty else { return nil }
                let job = state.jobs.removeFirst()
                state.byteCount -= job.record.count
                return job
            }
            guard let job else { return }
            let start = SystemClock.monotonicNanoseconds
            let result = put(job)
            if case .success = result {
                let time = SystemClock.monotonicNanoseconds - start
                connection.board.count { $0.latency.add(nanoseconds: time) }
            }
            complete(job, result)
        }
    }

    private func put(_ job: Job) -> Result<AppendOutcome, OrderingError> {
        let request = EtcdRequest.create(keys.key(job.position), job.record)
        do throws(EtcdFailure) {
            let answer = try connection.ask(
                request, within: settings.appendTimeout, recordByteCount: job.record.count,
                read: CreateAnswer.init)
            switch answer {
            case .created: return .success(.created)
            case .present(let record): return .success(record == job.record ? .created : .taken)
            }
        } catch {
            return .failure(error.orderingError)
        }
    }

    private func complete(_ job: Job, _ result: Result<AppendOutcome, OrderingError>) {
        connection.board.count { $0.count(result, byteCount: job.record.count) }
        let completion = job.completion
        courier.call { completion(result) }
    }
}
