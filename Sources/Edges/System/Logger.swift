package import Base
import Synchronization

/// Writes one JSON object a line: time, level, event and fields of `LogValue`.
///
///     logger.log(.info, "block.final", ["height": .unsigned(7), "hash": .hash(hash)])
///
/// Each line is one `write`, so that lines of several processes do not mix. A log that cannot be
/// written never stops its caller: lines are dropped and counted.
package final class Logger: Sendable {
    /// How much a line matters, from least to most.
    package enum Level: Int, Comparable, Sendable, CaseIterable {
        case debug, info, warning, error

        package static func < (left: Level, right: Level) -> Bool {
            left.rawValue < right.rawValue
        }
    }

    /// Fields in the order in which they are written; names are literals.
    package typealias Fields = KeyValuePairs<LogValue.StaticWord, LogValue>

    /// Where finished lines go.
    package typealias Sink = @Sendable (_ line: [UInt8]) throws(SystemError) -> Void

    private let minimum: Level
    private let clock: @Sendable () -> Timestamp
    private let sink: Sink
    private let dropped = Mutex<UInt64>(0)

    /// A logger that hands lines, each with its line end, to `sink`.
    package init(
        minimum: Level, clock: @escaping @Sendable () -> Timestamp = { SystemClock.now },
        sink: @escaping Sink
    ) {
        (self.minimum, self.clock, self.sink) = (minimum, clock, sink)
    }

    /// A logger to the standard error stream.
    package static func standardError(minimum: Level = .info) -> Logger {
        Logger(minimum: minimum) { (line) throws(SystemError) in
            try Descriptor.write(line, to: 2, place: "standard error")
        }
    }

    /// A logger at the end of a file, which is created with rights 0600.
    package static func file(_ path: String, minimum: Level = .info) throws(SystemError) -> Logger {
        let file = try File(path, .append)
        return Logger(minimum: minimum) { (line) throws(SystemError) in try file.write(line) }
    }

    /// A logger that says nothing.
    package static let silent = Logger(minimum: .error) { (_) throws(SystemError) in }

    /// Lines that could not be written.
    package var droppedCount: UInt64 { dropped.withLock { $0 } }

    /// Writes a line unless its level is below the minimum.
    package func log(_ level: Level, _ event: LogValue.StaticWord, _ fields: Fields = [:]) {
        guard level >= minimum else { return }
        var line = "{\"time\":\(LogValue.time(clock()).json),\"level\":\"\(level)\""
        line += ",\"event\":\(LogValue.word(event).json)"
        for (name, value) in fields {
            line += ",\(LogValue.word(name).json):\(value.json)"
        }
        line += "}\n"
        do { try sink(Array(line.utf8)) } catch { dropped.withLock { $0 += 1 } }
    }
}
