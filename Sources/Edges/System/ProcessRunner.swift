import CLinux
@preconcurrency import Glibc

/// Runs a command to its end and keeps what it printed.
package enum ProcessRunner {
    /// What a finished command left.
    package struct Output: Hashable, Sendable {
        package let end: ProcessEnd
        package let output: [UInt8]
        package let errors: [UInt8]

        /// The output as text.
        package var text: String { String(decoding: output, as: UTF8.self) }

        /// The error output as text.
        package var errorText: String { String(decoding: errors, as: UTF8.self) }
    }

    /// Runs a command without input; a name without `/` is looked up in `PATH`.
    ///
    /// - Throws: code `ETIMEDOUT` after `milliseconds`, `EFBIG` when a stream gives more than
    ///   `outputLimit` bytes (the command and what it started are killed); else why it did not run.
    package static func run(
        _ arguments: [String], environment: [String]? = nil, milliseconds: UInt64 = 60_000,
        outputLimit: Int = 16 << 20
    ) throws(SystemError) -> Output {
        let output = try Pipe(arguments.first ?? "")
        let errors = try Pipe(arguments.first ?? "")
        let child = try ChildProcess(
            arguments, environment: environment, output: .descriptor(output.writeEnd),
            errors: .descriptor(errors.writeEnd))
        output.closeWriteEnd()
        errors.closeWriteEnd()
        let deadline = SystemClock.monotonicNanoseconds + milliseconds * 1_000_000
        var end: ProcessEnd?
        // Read until the command ended and its streams are dry; grandchildren may hold them open.
        while end == nil {
            let now = SystemClock.monotonicNanoseconds
            guard now < deadline else {
                child.kill()
                throw SystemError("run", arguments[0], code: ETIMEDOUT)
            }
            var polls = [output, errors].map { pipe in
                pollfd(fd: pipe.isAtEnd ? -1 : pipe.readEnd, events: Int16(POLLIN), revents: 0)
            }
            polls.append(pollfd(fd: child.endDescriptor, events: Int16(POLLIN), revents: 0))
            let wait = Int32(clamping: (deadline - now) / 1_000_000 + 1)
            guard poll(&polls, nfds_t(polls.count), wait) >= 0 || errno == EINTR else {
                throw SystemError("run", arguments[0])
            }
            end = child.wait(milliseconds: 0)
            for pipe in [output, errors] where try !pipe.drain(limit: outputLimit) {
                child.kill()
                throw SystemError("run", arguments[0], code: EFBIG)
            }
        }
        guard let end else { throw SystemError("run", arguments[0], code: ECHILD) }
        return Output(end: end, output: output.bytes, errors: errors.bytes)
    }
}

/// A pipe that collects what a command prints.
private final class Pipe {
    let readEnd: Int32
    private(set) var writeEnd: Int32
    private(set) var bytes: [UInt8] = []
    private(set) var isAtEnd = false
    private let command: String

    init(_ command: String) throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        guard kl_pipe(&ends) == 0 else { throw SystemError("pipe", command) }
        (readEnd, writeEnd, self.command) = (ends[0], ends[1], command)
        _ = fcntl(readEnd, F_SETFL, O_NONBLOCK)
    }

    deinit {
        close(readEnd)
        closeWriteEnd()
    }

    func closeWriteEnd() {
        if writeEnd >= 0 { close(writeEnd) }
        writeEnd = -1
    }

    /// Reads what is there; false when that is too much.
    func drain(limit: Int) throws(SystemError) -> Bool {
        while !isAtEnd, let chunk = try Descriptor.readSome(readEnd, place: command) {
            isAtEnd = chunk.isEmpty
            bytes += chunk
            guard bytes.count <= limit else { return false }
        }
        return true
    }
}
