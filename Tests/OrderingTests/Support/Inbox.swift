import Ordering
import System

/// A receiver that keeps what it is told, for a test that waits for it.
final class Inbox: OrderingReceiver {
    struct Entry: Hashable, Sendable {
        let position: EnginePosition
        let record: [UInt8]
    }

    private struct State {
        var entries: [Entry] = []
        var healths: [EngineHealth] = []
    }

    private let state = ConditionMutex(State())

    func ordered(_ record: [UInt8], at position: EnginePosition) {
        state.withLock { $0.entries.append(Entry(position: position, record: record)) }
    }

    func engineChanged(_ health: EngineHealth) { state.withLock { $0.healths.append(health) } }

    var entries: [Entry] { state.withLock { $0.entries } }
    var healths: [EngineHealth] { state.withLock { $0.healths } }
    var sequences: [UInt64] { entries.map(\.position.sequence) }

    /// The entries, once there are that many; fewer if they do not come, which fails a test.
    func entries(_ count: Int) -> [Entry] {
        state.wait(milliseconds: patience) { $0.entries.count >= count ? $0.entries : nil }
            ?? entries
    }

    /// A health that was told and fits; nil if none comes.
    func health(where fits: (EngineHealth) -> Bool) -> EngineHealth? {
        state.wait(milliseconds: patience) { $0.healths.last(where: fits) }
    }
}

/// How long a failing test waits before it says so; a passing one never does.
let patience: UInt64 = 90_000

extension OrderingEngine {
    /// Appends and waits for what becomes of it.
    func put(
        _ record: [UInt8], _ sequence: UInt64, stream: UInt64 = 0
    ) -> Result<AppendOutcome, OrderingError> {
        let result = ConditionMutex<Result<AppendOutcome, OrderingError>?>(nil)
        append(record, at: EnginePosition(stream: stream, sequence: sequence)) { outcome in
            result.withLock { $0 = outcome }
        }
        return result.wait(milliseconds: patience) { $0 } ?? .failure(.unavailable("no answer"))
    }
}

/// A record that tells its sequence and who wrote it.
func record(_ sequence: UInt64, by author: UInt8 = 0, byteCount: Int = 16) -> [UInt8] {
    var bytes = [UInt8](repeating: author, count: byteCount)
    for index in 0..<min(8, byteCount) {
        bytes[index] = UInt8(truncatingIfNeeded: sequence >> UInt64(56 - 8 * index))
    }
    return bytes
}
