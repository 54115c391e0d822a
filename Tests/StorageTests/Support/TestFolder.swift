import System
import Testing

/// A folder that goes with the last reference.
final class TestFolder: Sendable {
    let path: String

    init() throws { path = try FileSystem.makeTemporaryFolder("kanglian-storage") }

    deinit {
        do { try FileSystem.removeTree(path) } catch { Issue.record("\(path) remains: \(error)") }
    }
}
