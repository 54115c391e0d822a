import System

/// Something computed on a thread of its own while the caller does something else.
struct Ahead<Value: Sendable>: Sendable {
    private let result: ConditionMutex<Value?>

    /// Starts at once; on a machine that is out of threads it computes before it returns.
    init(_ name: String, _ compute: @escaping @Sendable () -> Value) {
        let result = ConditionMutex<Value?>(nil)
        self.result = result
        do {
            _ = try Thread(name) {
                let value = compute()
                result.withLock { $0 = value }
            }
        } catch {
            let value = compute()
            result.withLock { $0 = value }
        }
    }

    /// Waits for the result.
    func wait() -> Value { result.wait { $0 } }
}
