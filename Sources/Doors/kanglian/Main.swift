import Base
@preconcurrency import Glibc
import System

/// The door of the command line.
@main
enum Main {
    static func main() {
        setvbuf(stdout, nil, _IOLBF, 0)
        exit(run(Array(CommandLine.arguments.dropFirst())).rawValue)
    }

    private static func run(_ words: [String]) -> ExitCode {
        var language = Language.choose(option: nil) ?? .english
        do {
            switch try Parser(commands: Commands.all).parse(words) {
            case .help(let words, let language):
                Output.line(Help.text(Commands.all, words, language))
            case .run(let invocation):
                language = invocation.language
                try invocation.command.run(invocation)
            }
            return .success
        } catch let error as CommandError {
            report(error.refusal, language)
            return error.exitCode
        } catch let refusal as Refusal {
            report(refusal, language)
            return .refused
        } catch {
            report(
                Refusal(
                    "command.failure", "Something went wrong that should not: \(error).",
                    "发生了不应出现的错误：\(error)。"), language)
            return .failure
        }
    }

    private static func report(_ refusal: Refusal, _ language: Language) {
        let text = Localized(refusal.english, refusal.chinese).text(language)
        Output.remark("kanglian: \(text) [\(refusal.code)]")
    }
}
