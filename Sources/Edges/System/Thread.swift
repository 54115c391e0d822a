import CLinux
@preconcurrency import Glibc

/// A thread of the operating system that runs one closure.
package final class Thread: Sendable {
    private let isFinished = ConditionMutex(false)

    /// Starts the thread.
    ///
    /// Linux keeps the first 15 bytes of the name.
    package init(
        _ name: String, stackByteCount: Int = 1 << 21, _ body: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackByteCount)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let work = Unmanaged.passRetained(Work(name, body, isFinished))
        var thread = pthread_t()
        let result = pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, work.toOpaque())
        guard result == 0 else {
            work.release()
            throw SystemError("thread", name, code: result)
        }
    }

    /// Waits until the closure has returned; any number of threads may.
    package func join() { isFinished.wait { $0 ? () : nil } }
}

private final class Work: Sendable {
    private let name: String
    private let body: @Sendable () -> Void
    private let isFinished: ConditionMutex<Bool>

    init(
        _ name: String, _ body: @escaping @Sendable () -> Void, _ isFinished: ConditionMutex<Bool>
    ) {
        (self.name, self.body, self.isFinished) = (name, body, isFinished)
    }

    func run() {
        kl_name_thread(name)
        body()
        isFinished.withLock { $0 = true }
    }
}
