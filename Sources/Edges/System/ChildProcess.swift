import CLinux
@preconcurrency import Glibc
import Synchronization

/// How a process ended.
package enum ProcessEnd: Hashable, Sendable {
    case exited(Int32)
    case signalled(Int32)

    /// Whether it returned zero.
    package var isSuccess: Bool { self == .exited(0) }
}

/// A running command, in a process group of its own; killed when the object goes.
package final class ChildProcess: Sendable {
    /// Where one of the command's streams leads.
    package enum Stream: Hashable, Sendable {
        /// Nowhere.
        case null
        /// To the same place as ours.
        case inherited
        /// To the end of a file, created with rights 0600.
        case file(String)
        /// To a descriptor of ours.
        case descriptor(Int32)
    }

    /// Part of Debian's essential util-linux: asks the kernel for a signal, then becomes the
    /// command.
    private static let tie = ["/usr/bin/setpriv", "--pdeathsig", "TERM"]

    package let processID: Int32
    private let command: String
    private let watchDescriptor: Int32
    private let end = Mutex<ProcessEnd?>(nil)

    /// Starts a command; a name without `/` is looked up in `PATH`.
    ///
    /// The environment is `NAME=value` strings, ours if nil. Signals have their default action.
    /// With `endsWithParent` it gets SIGTERM when this process is gone, however it went, so far as
    /// the system has `setpriv`; the thread that starts it must then live as long as the process.
    package init(
        _ words: [String], endsWithParent: Bool = false, environment: [String]? = nil,
        input: Stream = .null,
        output: Stream = .inherited, errors: Stream = .inherited
    ) throws(SystemError) {
        guard let command = words.first else {
            throw SystemError("start", "", code: EINVAL)
        }
        let isTied = endsWithParent && FileSystem.exists(Self.tie[0])
        let arguments = isTied ? Self.tie + words : words
        self.command = command
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (stream, number) in [(input, Int32(0)), (output, 1), (errors, 2)] {
            switch stream {
            case .null:
                posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0)
            case .inherited: break
            case .file(let path):
                posix_spawn_file_actions_addopen(
                    &actions, number, path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
            case .descriptor(let descriptor):
                posix_spawn_file_actions_adddup2(&actions, descriptor, number)
            }
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
        var processID: pid_t = 0
        let result = Self.withStrings(arguments) { argumentStart in
            Self.withStrings(environment ?? Environment.all) { environmentStart in
                posix_spawnp(
                    &processID, isTied ? Self.tie[0] : command, &actions, &attributes,
                    argumentStart, environmentStart)
            }
        }
        guard result == 0 else { throw SystemError("start", command, code: result) }
        let watchDescriptor = kl_open_process(processID)
        guard watchDescriptor >= 0 else {
            let error = SystemError("watch", command)
            _ = Glibc.kill(-processID, SIGKILL)
            _ = waitpid(processID, nil, 0)
            throw error
        }
        (self.processID, self.watchDescriptor) = (processID, watchDescriptor)
    }

    deinit {
        if !hasEnded { kill() }
        _ = wait(milliseconds: nil)
        close(watchDescriptor)
    }

    /// Whether the command has ended.
    package var hasEnded: Bool { wait(milliseconds: 0) != nil }

    /// Sends a signal to the command and what it started; nothing happens once it has ended.
    package func send(_ signal: Int32) {
        end.withLock { end in
            // Under the lock, so that the number cannot have been reaped and reused.
            if end == nil { _ = Glibc.kill(-processID, signal) }
        }
    }

    /// Asks the command to end.
    package func terminate() { send(SIGTERM) }

    /// Ends the command at once, as a crash would.
    package func kill() { send(SIGKILL) }

    /// Waits for the end, at most `milliseconds`, without limit if nil; nil if it still runs.
    package func wait(milliseconds: Int32?) -> ProcessEnd? {
        if let end = end.withLock({ $0 }) { return end }
        var poll = pollfd(fd: watchDescriptor, events: Int16(POLLIN), revents: 0)
        var ready: Int32
        repeat {
            ready = Glibc.poll(&poll, 1, milliseconds ?? -1)
        } while ready < 0 && errno == EINTR
        guard ready > 0 else { return nil }
        return end.withLock { end in
            if let end { return end }
            var status: Int32 = 0
            guard waitpid(processID, &status, WNOHANG) == processID else { return nil }
            let signal = status & 0x7F
            end = signal == 0 ? .exited(status >> 8 & 0xFF) : .signalled(signal)
            return end
        }
    }

    /// A descriptor that becomes readable when the command has ended.
    var endDescriptor: Int32 { watchDescriptor }

    /// Calls `body` with a null-terminated array of C strings.
    private static func withStrings(
        _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Int32
    ) -> Int32 {
        var copies = strings.map { strdup($0) }
        copies.append(nil)
        defer { for copy in copies { free(copy) } }
        return copies.withUnsafeBufferPointer { $0.baseAddress.map(body) ?? ENOMEM }
    }
}
