import Analytics
import Base
import Conformance
import Encoding
import FHIRDefinitions
import FHIRPath
import FHIRViews
import Synchronization
import System

/// Tables for analysts: views of SQL-on-FHIR over files of resources.
enum ViewCommands {
    static let all = [
        Command(
            words: ["fhir", "view"],
            summary: Localized(
                "turn files of resources into a table by a ViewDefinition (SQL-on-FHIR)",
                "按 ViewDefinition（SQL-on-FHIR）将资源文件转为表"),
            operands: ["VIEW", "FILE…"],
            options: [
                .value(
                    "format", "FORMAT", "of the table (default csv)", "表的格式（默认 csv）",
                    choices: RowFormat.allCases.map(\.rawValue)),
                .value(
                    "to", "FILE", "where to write (default: standard output)", "输出文件（默认标准输出）"),
            ],
            run: view)
    ]

    private static func view(_ invocation: Invocation) throws {
        let format = RowFormat(rawValue: invocation.value("format") ?? "csv") ?? .csv
        guard let path = invocation.value("to") else {
            guard format != .parquet else {
                throw CommandError.usage(
                    "A Parquet file is not for the terminal: name it with --to.",
                    "Parquet 文件不能输出到终端：请用 --to 指定文件。")
            }
            _ = try write(invocation, as: format) { (bytes) throws(AnalyticsError) in
                do throws(SystemError) { try StandardOutput.write(bytes) } catch {
                    throw .system(error)
                }
            }
            return
        }
        let file = try NodeErrors.worded { try ReplacingFile(path) }
        let counts = try write(invocation, as: format) { (bytes) throws(AnalyticsError) in
            do throws(SystemError) { try file.write(bytes) } catch { throw .system(error) }
        }
        try NodeErrors.worded { try file.commit() }
        Output.rows(
            invocation.output,
            [
                ("resources", invocation.say("resources", "资源")),
                ("rows", invocation.say("rows", "行")),
            ], [[String(counts.resources), String(counts.rows)]])
    }

    /// Writes the table; Ctrl-C ends it in order, so that nothing half-written stays.
    private static func write(
        _ invocation: Invocation, as format: RowFormat, to sink: @escaping ViewExport.Sink
    ) throws -> (resources: Int, rows: Int) {
        let table: DefinitionTable
        do throws(Refusal) { table = try InstalledDefinitions.load() } catch {
            throw CommandError(.unavailable, error)
        }
        let definition = try definition(invocation.operands[0])
        let isStopped = Flag()
        let signals = try NodeErrors.worded { try SignalWait { _ in isStopped.raise() } }
        defer { signals.stop() }
        let progress = Progress()
        defer { progress.end() }
        do throws(AnalyticsError) {
            var export = try ViewExport(
                definition, in: PathEnvironment(table: table, now: SystemClock.now), as: format,
                to: sink)
            for path in invocation.operands.dropFirst() {
                try export.add(
                    try ResourceFile(path), isStopped: { isStopped.isRaised },
                    progress: { resources, rows in
                        progress.show(
                            "\(path): \(resources) " + invocation.say("resources", "个资源")
                                + ", \(rows) " + invocation.say("rows", "行"))
                    })
            }
            try export.finish()
            return (export.resourceCount, export.rowCount)
        } catch {
            throw CommandError(exitCode(error), error.refusal)
        }
    }

    private static func definition(_ path: String) throws -> ViewDefinition {
        let bytes = try Files.read(path, limit: JSONLimits.request.byteCount)
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(parsing: bytes, limits: .request)
        } catch { throw placed(error.refusal(in: bytes), path) }
        do throws(ViewError) { return try ViewDefinition(json) } catch {
            throw placed(error.refusal, path)
        }
    }

    private static func placed(_ reason: Refusal, _ path: String) -> CommandError {
        CommandError(
            .refused, reason.code, "\(path): \(reason.english)", "\(path)：\(reason.chinese)")
    }

    private static func exitCode(_ error: AnalyticsError) -> ExitCode {
        switch error {
        case .system(let error): error.isMissing ? .notFound : .unavailable
        case .form: .usage
        case .compressed, .json, .lineTooLong, .noResource, .row, .view, .table, .stopped: .refused
        }
    }
}

/// A switch that a signal's thread turns on.
private final class Flag: Sendable {
    private let value = Atomic(false)

    var isRaised: Bool { value.load(ordering: .relaxed) }

    func raise() { value.store(true, ordering: .relaxed) }
}
