import CLinux
@preconcurrency import Glibc
import Synchronization

/// Hands signals to a closure on a thread of its own, where anything may be called.
///
/// A handler writes the number into a pipe and the thread reads it, so that it does not matter
/// which threads exist or which signals they block. One object a signal at a time.
package final class SignalWait: Sendable {
    private let signals: [Int32]
    private let writeEnd: Int32
    private let thread: Thread

    /// Starts waiting, by default for SIGINT (Ctrl-C) and SIGTERM (service stop).
    package init(
        _ signals: [Int32] = [SIGINT, SIGTERM], _ body: @escaping @Sendable (Int32) -> Void
    ) throws(SystemError) {
        var ends: [Int32] = [0, 0]
        guard kl_pipe(&ends) == 0 else { throw SystemError("pipe", "signals") }
        let readEnd = ends[0]
        thread = try Thread("signals") {
            var byte: UInt8 = 0
            while true {
                let result = read(readEnd, &byte, 1)
                if result == 1, byte != 0 {
                    body(Int32(byte))
                } else if result >= 0 || errno != EINTR {
                    break
                }
            }
            close(readEnd)
        }
        self.signals = signals
        writeEnd = ends[1]
        for signal in signals {
            guard kl_route_signal(signal, writeEnd) == 0 else {
                throw SystemError("signal", String(signal))
            }
        }
    }

    /// Gives the signals their default action back and waits for a running closure.
    ///
    /// Not from within the closure. The pipe's end stays open: a handler may still be in it.
    package func stop() {
        for signal in signals { kl_restore_signal(signal) }
        var zero: UInt8 = 0
        _ = write(writeEnd, &zero, 1)
        thread.join()
    }

    /// Lets writes to closed connections return an error instead of ending the process.
    package static func ignoreBrokenPipes() { kl_ignore_signal(SIGPIPE) }
}
