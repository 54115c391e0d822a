package import Base
package import System

/// Why a real part could not be started or did not do what it was asked.
package enum RehearsalError: Error, Hashable, Sendable {
    /// The program is not on this machine.
    case missing(program: String)
    /// It ended, or did not get ready in time; the text is the end of what it printed.
    case notReady(name: String, log: String)
    /// A command of its own tools failed; the text is what it printed.
    case failed(command: String, output: String)
    case system(SystemError)

    /// What a person is told, with the way to mend it.
    package var refusal: Refusal {
        switch self {
        case .missing(let program):
            Refusal(
                "rehearsal.missing", "\(program) is not installed. Install its Debian package.",
                "未安装 \(program)。请安装相应的 Debian 软件包。")
        case .notReady(let name, let log):
            Refusal(
                "rehearsal.not-ready", "\(name) did not get ready. Look at its log: \(log)",
                "\(name) 未能就绪。请查看其日志：\(log)")
        case .failed(let command, let output):
            Refusal(
                "rehearsal.failed", "\(command) failed. Look at what it printed: \(output)",
                "\(command) 执行失败。请查看其输出：\(output)")
        case .system(let error): error.refusal
        }
    }
}
