import Base

/// What ends a command: an exit code and a sentence with the next step.
struct CommandError: Error, Hashable, Sendable {
    let exitCode: ExitCode
    let refusal: Refusal

    init(_ exitCode: ExitCode, _ refusal: Refusal) {
        (self.exitCode, self.refusal) = (exitCode, refusal)
    }

    init(_ exitCode: ExitCode, _ code: String, _ english: String, _ chinese: String) {
        self.init(exitCode, Refusal(code, english, chinese))
    }

    static func usage(_ english: String, _ chinese: String) -> CommandError {
        CommandError(.usage, "command.usage", english, chinese)
    }
}
