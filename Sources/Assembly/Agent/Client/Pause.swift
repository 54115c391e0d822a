@preconcurrency import Glibc

/// Waits between tries while a node is busy.
enum Pause {
    static func milliseconds(_ count: UInt32) { usleep(count * 1000) }
}
