import HTTPClient
import System

/// Tells every thread of an engine that it is being closed, wherever that thread waits.
final class Lifetime: Sendable {
    private let isOver = ConditionMutex(false)

    /// Breaks off exchanges when the engine is closed.
    let cancellation = HTTPCancellation()

    var isClosed: Bool { isOver.withLock { $0 } }

    func close() {
        isOver.withLock { $0 = true }
        cancellation.cancel()
    }

    /// Waits so long, or until the engine is closed; false if it is.
    func pause(nanoseconds: UInt64) -> Bool {
        isOver.wait(milliseconds: (nanoseconds + 999_999) / 1_000_000) { $0 ? () : nil } == nil
    }
}

extension Duration {
    /// Whole nanoseconds, none for negative durations, at most a day.
    var nanoseconds: UInt64 {
        let (seconds, rest) = components
        guard seconds >= 0, rest >= 0 else { return 0 }
        return UInt64(min(seconds, 86_400)) * 1_000_000_000 + UInt64(rest / 1_000_000_000)
    }
}
