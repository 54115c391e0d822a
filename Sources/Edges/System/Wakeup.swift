@preconcurrency import Glibc

/// Lets one thread sleep until another one has something for it.
package final class Wakeup: @unchecked Sendable {
    // Unchecked: the pthread objects live at fixed addresses and guard `raised`.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var raised = false

    package init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Wakes the sleeper, or lets its next sleep end at once.
    package func raise() {
        pthread_mutex_lock(mutex)
        raised = true
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Sleeps until ``raise()`` has been called since the last sleep.
    package func sleep() {
        pthread_mutex_lock(mutex)
        while !raised { pthread_cond_wait(condition, mutex) }
        raised = false
        pthread_mutex_unlock(mutex)
    }
}
