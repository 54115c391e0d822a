/// One option of a command, such as `--output FORMAT`.
struct CommandOption: Hashable, Sendable {
    /// Without the dashes.
    let name: String
    /// What stands for the value in help, or nil for a switch.
    let value: String?
    let summary: Localized
    /// The values that completion offers; empty for free text.
    var choices: [String] = []
    /// May stand several times.
    var repeats = false

    static func flag(_ name: String, _ english: String, _ chinese: String) -> CommandOption {
        CommandOption(name: name, value: nil, summary: Localized(english, chinese))
    }

    static func value(
        _ name: String, _ value: String, _ english: String, _ chinese: String,
        choices: [String] = [], repeats: Bool = false
    ) -> CommandOption {
        CommandOption(
            name: name, value: value, summary: Localized(english, chinese), choices: choices,
            repeats: repeats)
    }
}

/// One command, such as `access-code issue`: the same table makes parsing, help and completion.
struct Command: Sendable {
    /// The words that name it.
    let words: [String]
    let summary: Localized
    /// Names of the operands in order; a last name ending in `…` takes all that remain.
    var operands: [String] = []
    /// How many operands must be there.
    var requiredOperands: Int?
    var options: [CommandOption] = []
    let run: @Sendable (Invocation) throws -> Void

    var name: String { words.joined(separator: " ") }

    /// Options that every command takes.
    static let common: [CommandOption] = [
        .value(
            "output", "FORMAT", "table for people or json for programs", "table 供人阅读，json 供程序使用",
            choices: ["table", "json"]),
        .value("lang", "LANG", "language of the output", "输出语言", choices: ["en", "zh"]),
        .flag("help", "show this help", "显示帮助"),
    ]
}

/// A command line that was understood.
struct Invocation: Sendable {
    let command: Command
    let operands: [String]
    let values: [String: [String]]
    let language: Language
    let output: OutputFormat

    func value(_ name: String) -> String? { values[name]?.last }

    func all(_ name: String) -> [String] { values[name] ?? [] }

    func flag(_ name: String) -> Bool { values[name] != nil }

    func required(_ name: String) throws(CommandError) -> String {
        guard let value = value(name) else {
            throw .usage(
                "`kanglian \(command.name)` needs --\(name).",
                "`kanglian \(command.name)` 需要 --\(name)。")
        }
        return value
    }

    func number(_ name: String, default fallback: UInt64) throws(CommandError) -> UInt64 {
        guard let text = value(name) else { return fallback }
        guard let number = UInt64(text) else {
            throw .usage("--\(name) must be a number.", "--\(name) 必须是数字。")
        }
        return number
    }

    func say(_ english: String, _ chinese: String) -> String {
        Localized(english, chinese).text(language)
    }
}
