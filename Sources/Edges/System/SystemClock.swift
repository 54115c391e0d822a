package import Base
@preconcurrency import Glibc

/// The clocks of the machine.
package enum SystemClock {
    /// The wall clock, in milliseconds; it may jump.
    package static var now: Timestamp {
        let time = read(CLOCK_REALTIME)
        let seconds = UInt64(clamping: time.tv_sec)
        return Timestamp(milliseconds: seconds * 1000 + UInt64(clamping: time.tv_nsec) / 1_000_000)
    }

    /// Nanoseconds since some moment of the past; never goes back.
    package static var monotonicNanoseconds: UInt64 { nanoseconds(CLOCK_MONOTONIC) }

    /// Processor time of the calling thread.
    package static var threadNanoseconds: UInt64 { nanoseconds(CLOCK_THREAD_CPUTIME_ID) }

    private static func nanoseconds(_ clock: clockid_t) -> UInt64 {
        let time = read(clock)
        return UInt64(clamping: time.tv_sec) * 1_000_000_000 + UInt64(clamping: time.tv_nsec)
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        let result = clock_gettime(clock, &time)
        precondition(result == 0, "Linux always has these clocks")
        return time
    }
}

extension SystemClock {
    /// Sleeps until the monotonic clock shows `nanoseconds`; returns at once when it is later.
    package static func sleep(untilMonotonic nanoseconds: UInt64) {
        let now = monotonicNanoseconds
        guard nanoseconds > now else { return }
        let rest = nanoseconds - now
        var time = timespec(
            tv_sec: Int(rest / 1_000_000_000), tv_nsec: Int(rest % 1_000_000_000))
        var left = timespec()
        while nanosleep(&time, &left) != 0, errno == EINTR { time = left }
    }
}
