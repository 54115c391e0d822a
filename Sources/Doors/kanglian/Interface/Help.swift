/// Help texts and shell completions, made from the table of commands.
enum Help {
    static func text(_ commands: [Command], _ words: [String], _ language: Language) -> String {
        if let command = commands.first(where: { $0.words == words }) {
            return page(command, language)
        }
        let chosen = words.isEmpty ? commands : commands.filter { $0.words.starts(with: words) }
        let width = chosen.map { $0.name.count }.max() ?? 0
        let lines = chosen.map { command in
            "  " + command.name + String(repeating: " ", count: width - command.name.count + 2)
                + command.summary.text(language)
        }
        let title = Localized(
            "Kanglian 康链, a consortium health ledger.\n\n"
                + "Usage: kanglian COMMAND [OPTIONS]\n\nCommands:",
            "康链：联盟健康账本。\n\n用法：kanglian 命令 [选项]\n\n命令：")
        let end = Localized(
            "`kanglian help COMMAND` explains one. Exit codes: 0 done, 1 refused, 2 usage, 3 not "
                + "found, 4 verification failed, 5 unavailable.",
            "`kanglian help 命令` 查看说明。退出码：0 完成，1 被拒绝，2 用法错误，3 未找到，4 校验失败，5 暂不可用。")
        return ([title.text(language)] + lines + ["", end.text(language)]).joined(separator: "\n")
    }

    private static func page(_ command: Command, _ language: Language) -> String {
        let options = command.options + Command.common
        let names = options.map { "--\($0.name)" + ($0.value.map { " \($0)" } ?? "") }
        let width = names.map(\.count).max() ?? 0
        var lines = [
            command.summary.text(language), "",
            Localized("Usage:", "用法：").text(language)
                + " kanglian \(([command.name] + command.operands).joined(separator: " ")) [--…]",
            "",
        ]
        for (name, option) in zip(names, options) {
            var summary = option.summary.text(language)
            if !option.choices.isEmpty {
                summary += " (\(option.choices.joined(separator: ", ")))"
            }
            lines.append(
                "  \(name)\(String(repeating: " ", count: width - name.count + 2))\(summary)")
        }
        return lines.joined(separator: "\n")
    }

    /// A completion script for bash, zsh or fish.
    static func completion(_ commands: [Command], shell: String) -> String {
        switch shell {
        case "fish": fish(commands)
        case "zsh": "autoload -U +X bashcompinit && bashcompinit\n" + bash(commands)
        default: bash(commands)
        }
    }

    private static func bash(_ commands: [Command]) -> String {
        let cases = commands.map { command in
            let options = (command.options + Command.common).map { "--\($0.name)" }
            return "    \"\(command.name)\") words=\"\(options.joined(separator: " "))\" ;;"
        }
        let first = unique(commands.compactMap { $0.words.first })
        let groups = first.compactMap { word -> String? in
            let second = commands.filter { $0.words.count > 1 && $0.words[0] == word }
                .map { $0.words[1] }
            return second.isEmpty
                ? nil : "    \"\(word)\") words=\"\(second.joined(separator: " "))\" ;;"
        }
        return """
            _kanglian() {
              local current="${COMP_WORDS[COMP_CWORD]}" words=""
              local one="${COMP_WORDS[1]}" two="${COMP_WORDS[1]} ${COMP_WORDS[2]}"
              if [ "$COMP_CWORD" -eq 1 ]; then words="\(first.joined(separator: " "))"
              elif [ "$COMP_CWORD" -eq 2 ]; then case "$one" in
            \(groups.joined(separator: "\n"))
              esac; fi
              if [ -z "$words" ]; then case "$two" in
            \(cases.filter { $0.contains(" ") }.joined(separator: "\n"))
              esac; fi
              if [ -z "$words" ]; then case "$one" in
            \(cases.joined(separator: "\n"))
              esac; fi
              COMPREPLY=($(compgen -W "$words" -- "$current"))
            }
            complete -o default -F _kanglian kanglian
            """
    }

    private static func fish(_ commands: [Command]) -> String {
        let first = unique(commands.compactMap { $0.words.first })
        var lines = first.map {
            "complete -c kanglian -n __fish_use_subcommand -f -a \($0)"
        }
        for command in commands {
            let condition = "__fish_seen_subcommand_from \(command.words[0])"
            if command.words.count > 1 {
                lines.append(
                    "complete -c kanglian -n '\(condition)' -f -a \(command.words[1]) "
                        + "-d '\(command.summary.english)'")
            }
            for option in command.options {
                lines.append("complete -c kanglian -n '\(condition)' -l \(option.name)")
            }
        }
        return unique(lines).joined(separator: "\n")
    }

    private static func unique(_ words: [String]) -> [String] {
        var seen: Set<String> = []
        return words.filter { seen.insert($0).inserted }
    }
}
