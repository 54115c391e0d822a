import System

/// Runs brief work that waits for a disk away from the thread that makes blocks.
enum Detached {
    static func run(_ body: @escaping @Sendable () -> Void) {
        // Without a thread the work still has to be done: an unrecorded refusal is worse than a
        // pause.
        guard (try? Thread("gateway", body)) != nil else { return body() }
    }
}
