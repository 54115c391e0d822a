import Encoding
import System

/// How a command answers.
enum OutputFormat: String, Sendable {
    case table
    case json
}

/// Writes answers to standard output and remarks to standard error.
enum Output {
    /// A line of the answer.
    static func line(_ text: String) { print(text) }

    static func json(_ value: JSONValue) { print(value.text(pretty: true)) }

    /// A remark beside the answer: on standard error, so that pipes stay clean.
    static func remark(_ text: String) { StandardError.write(text + "\n") }

    /// A table whose columns fit Chinese and Latin text alike.
    static func table(_ titles: [String], _ rows: [[String]]) {
        let columns = titles.indices.map { column in
            ([titles] + rows).map { DisplayWidth.columns(of: $0[column]) }.max() ?? 0
        }
        for row in [titles] + rows {
            var line = ""
            for (column, cell) in row.enumerated() {
                let gap = columns[column] - DisplayWidth.columns(of: cell) + 2
                line += column == row.count - 1 ? cell : cell + String(repeating: " ", count: gap)
            }
            print(line)
        }
    }

    /// The same rows as a table, or as a JSON array of objects.
    static func rows(
        _ format: OutputFormat, _ columns: [(key: String, title: String)], _ rows: [[String]]
    ) {
        switch format {
        case .table: table(columns.map(\.title), rows)
        case .json:
            json(
                .array(
                    rows.map { row in
                        .object(zip(columns, row).map { JSONMember($0.key, .string($1)) })
                    }))
        }
    }
}

/// A line on a terminal that says how far long work has come; silent in pipes.
final class Progress {
    private let isShown = Terminal.isInteractive(2)
    private var last: UInt64 = 0

    /// Shows a line at most ten times a second.
    func show(_ text: String) {
        let now = SystemClock.monotonicNanoseconds
        guard isShown, now &- last > 100_000_000 else { return }
        last = now
        StandardError.write("\r\u{1B}[K" + text)
    }

    /// Clears the line.
    func end() {
        if isShown { StandardError.write("\r\u{1B}[K") }
    }
}
