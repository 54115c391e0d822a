@preconcurrency import Glibc

/// What the process has used so far.
package struct ResourceUse: Hashable, Sendable {
    /// The most memory that was resident at once.
    package let peakResidentBytes: UInt64

    /// Processor time in user mode, all threads.
    package let userNanoseconds: UInt64

    /// Processor time in the kernel, all threads.
    package let systemNanoseconds: UInt64

    /// Processor time in total.
    package var processorNanoseconds: UInt64 { userNanoseconds + systemNanoseconds }

    /// The use at this moment.
    package static var current: ResourceUse {
        var usage = rusage()
        let result = getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        precondition(result == 0, "Linux always reports the process itself")
        return ResourceUse(
            peakResidentBytes: UInt64(clamping: usage.ru_maxrss) * 1024,
            userNanoseconds: nanoseconds(usage.ru_utime),
            systemNanoseconds: nanoseconds(usage.ru_stime))
    }

    /// Memory resident now, from `/proc/self/statm`; 0 if that cannot be read.
    package static var residentBytes: UInt64 {
        guard let bytes = try? FileSystem.read("/proc/self/statm", limit: 4096) else { return 0 }
        let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard fields.count > 1, let pages = UInt64(fields[1]) else { return 0 }
        return pages * UInt64(clamping: sysconf(Int32(_SC_PAGESIZE)))
    }

    private static func nanoseconds(_ time: timeval) -> UInt64 {
        UInt64(clamping: time.tv_sec) * 1_000_000_000 + UInt64(clamping: time.tv_usec) * 1000
    }
}
