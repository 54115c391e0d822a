/// Lets one thread sleep until another one has something for it.
package final class Wakeup: Sendable {
    private let raised = ConditionMutex(false)

    package init() {}

    /// Wakes the sleeper, or lets its next sleep end at once.
    package func raise() { raised.withLock { $0 = true } }

    /// Sleeps until ``raise()`` has been called since the last sleep.
    package func sleep() {
        raised.wait { raised in
            defer { raised = false }
            return raised ? () : nil
        }
    }
}
