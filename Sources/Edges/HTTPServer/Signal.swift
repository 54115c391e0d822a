import Glibc

/// A condition that threads wait for with a deadline, on the monotonic clock.
///
/// `@unchecked Sendable`: wraps a pthread mutex and condition, which never move after `init`.
final class Signal: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var waiterCount = 0
    private var generation: UInt64 = 0

    init() {
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Wakes every waiter, to look at its predicate again.
    func signal() {
        pthread_mutex_lock(mutex)
        generation &+= 1
        if waiterCount > 0 { pthread_cond_broadcast(condition) }
        pthread_mutex_unlock(mutex)
    }

    /// Waits until `predicate` holds, looking again after each signal; false if the time is over.
    ///
    /// The predicate runs without the lock; what it reads must be changed before `signal` is
    /// called.
    func wait(upTo timeout: Duration, until predicate: () -> Bool) -> Bool {
        var end = timespec()
        clock_gettime(CLOCK_MONOTONIC, &end)
        let total = Int64(end.tv_nsec) + timeout.wholeNanoseconds
        end.tv_sec += Int(total / 1_000_000_000)
        end.tv_nsec = Int(total % 1_000_000_000)
        pthread_mutex_lock(mutex)
        waiterCount += 1
        defer {
            waiterCount -= 1
            pthread_mutex_unlock(mutex)
        }
        while true {
            let seen = generation
            pthread_mutex_unlock(mutex)
            let holds = predicate()
            pthread_mutex_lock(mutex)
            if holds { return true }
            while generation == seen {
                if pthread_cond_timedwait(condition, mutex, &end) == ETIMEDOUT {
                    pthread_mutex_unlock(mutex)
                    defer { pthread_mutex_lock(mutex) }
                    return predicate()
                }
            }
        }
    }
}
