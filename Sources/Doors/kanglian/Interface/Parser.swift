/// Understands a command line by the table of commands.
struct Parser {
    let commands: [Command]

    /// What the words ask for.
    enum Request {
        case run(Invocation)
        /// Help for one command, a group of them, or all.
        case help([String], Language)
    }

    func parse(_ words: [String]) throws(CommandError) -> Request {
        guard let first = words.first, first != "--help", first != "help" else {
            let rest = words.dropFirst().filter { !$0.hasPrefix("-") }
            return .help(Array(rest), try language(words))
        }
        guard let command = match(words) else {
            let group = commands.contains { $0.words.first == first && $0.words.count > 1 }
            if group, words.count == 1 || words.contains("--help") {
                return .help([first], try language(words))
            }
            throw .usage(
                "There is no command `\(words.prefix(2).joined(separator: " "))`. `kanglian help` "
                    + "lists all.",
                "没有命令 `\(words.prefix(2).joined(separator: " "))`。`kanglian help` 列出全部命令。")
        }
        return try parse(command, Array(words.dropFirst(command.words.count)))
    }

    /// The command with the most words that begin the line.
    private func match(_ words: [String]) -> Command? {
        commands.filter { words.starts(with: $0.words) }.max { $0.words.count < $1.words.count }
    }

    private func language(_ words: [String]) throws(CommandError) -> Language {
        var option: String?
        if let index = words.firstIndex(of: "--lang"), index + 1 < words.count {
            option = words[index + 1]
        }
        guard let language = Language.choose(option: option) else {
            throw .usage("--lang is en or zh.", "--lang 为 en 或 zh。")
        }
        return language
    }

    private func parse(
        _ command: Command, _ words: [String]
    ) throws(CommandError) -> Request {
        let options = command.options + Command.common
        var values: [String: [String]] = [:]
        var operands: [String] = []
        var index = 0
        var onlyOperands = false
        while index < words.count {
            let word = words[index]
            index += 1
            if onlyOperands || !word.hasPrefix("--") {
                operands.append(word)
                continue
            }
            if word == "--" {
                onlyOperands = true
                continue
            }
            let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1)
            guard let option = options.first(where: { parts.first.map(String.init) == $0.name })
            else {
                throw .usage(
                    "`kanglian \(command.name)` has no option \(word). See `kanglian help "
                        + "\(command.name)`.",
                    "`kanglian \(command.name)` 没有选项 \(word)。请看 `kanglian help \(command.name)`。")
            }
            let value: String
            if option.value == nil {
                value = ""
            } else if parts.count == 2 {
                value = String(parts[1])
            } else if index < words.count {
                value = words[index]
                index += 1
            } else {
                throw .usage("--\(option.name) needs a value.", "--\(option.name) 需要一个值。")
            }
            try check(value, option, already: values[option.name] != nil)
            values[option.name, default: []].append(value)
        }
        let language = try language(words)
        if values["help"] != nil { return .help(command.words, language) }
        try check(operands, command)
        let output = OutputFormat(rawValue: values["output"]?.last ?? "table") ?? .table
        return .run(
            Invocation(
                command: command, operands: operands, values: values, language: language,
                output: output))
    }

    private func check(
        _ value: String, _ option: CommandOption, already: Bool
    ) throws(CommandError) {
        if already, !option.repeats {
            throw .usage("--\(option.name) stands twice.", "--\(option.name) 重复出现。")
        }
        if !option.choices.isEmpty, !option.choices.contains(value) {
            let choices = option.choices.joined(separator: ", ")
            throw .usage(
                "--\(option.name) is one of: \(choices).", "--\(option.name) 可选值：\(choices)。")
        }
    }

    private func check(_ operands: [String], _ command: Command) throws(CommandError) {
        let required = command.requiredOperands ?? command.operands.count
        let takesAll = command.operands.last?.hasSuffix("…") ?? false
        guard operands.count >= required, takesAll || operands.count <= command.operands.count
        else {
            let usage = command.operands.joined(separator: " ")
            throw .usage(
                "Usage: kanglian \(command.name) \(usage). See `kanglian help \(command.name)`.",
                "用法：kanglian \(command.name) \(usage)。请看 `kanglian help \(command.name)`。")
        }
    }
}
