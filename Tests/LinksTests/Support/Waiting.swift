import Base
import System
import Testing

/// Asks again and again until something holds; the deadline is only for tests that fail.
func eventually(
    _ what: Comment, within seconds: UInt64 = 60, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Bool
) throws {
    let end = SystemClock.monotonicNanoseconds + seconds * 1_000_000_000
    while try !body() {
        guard SystemClock.monotonicNanoseconds < end else {
            Issue.record(what, sourceLocation: sourceLocation)
            throw Refusal("test.deadline", "It did not happen.", "未发生。")
        }
        SystemClock.sleep(untilMonotonic: SystemClock.monotonicNanoseconds + 2_000_000)
    }
}

/// A folder that is removed with the object.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws { path = try FileSystem.makeTemporaryFolder("kanglian-links") }

    deinit { try? FileSystem.removeTree(path) }
}
