import Base
import Encoding

/// One line of a watch.
enum WatchAnswer: Hashable, Sendable {
    /// What was put, in the store's order; deletions are passed over. Often nothing at all.
    case puts([EtcdPair], StoreMark)
    /// The history from where the watch began has been forgotten.
    case compacted
    /// The watch has ended; the text is for people.
    case ended(String)

    init?(_ line: JSONElement) {
        if let error = line["error"] {
            self = .ended(EtcdRefusal(error).message)
            return
        }
        guard let result = line["result"], let compacted = result.unsigned("compact_revision"),
            let isCancelled = result.flag("canceled")
        else { return nil }
        if compacted > 0 {
            self = .compacted
        } else if isCancelled {
            self = .ended(Printable.text(result["cancel_reason"]?.stringValue ?? "cancelled"))
        } else {
            guard let mark = StoreMark(answer: result), let events = result.list("events") else {
                return nil
            }
            var pairs: [EtcdPair] = []
            for event in events {
                // A put is the zero of its type, and so left out.
                guard event["type"].map({ $0.isString("PUT") }) ?? true else { continue }
                guard let element = event["kv"], let pair = EtcdPair(element) else { return nil }
                pairs.append(pair)
            }
            self = .puts(pairs, mark)
        }
    }
}

/// Cuts a stream into its lines, of bounded length.
struct LineReader: Sendable {
    struct TooLong: Error {}

    private let byteCountMax: Int
    private var rest: [UInt8] = []

    init(byteCountMax: Int) { self.byteCountMax = byteCountMax }

    /// Takes the next bytes and returns the lines that they complete, without empty ones.
    mutating func read(_ bytes: [UInt8]) throws(TooLong) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var start = 0
        while let end = bytes[start...].firstIndex(of: 0x0A) {
            rest += bytes[start..<end]
            guard rest.count <= byteCountMax else { throw TooLong() }
            if !rest.isEmpty { lines.append(rest) }
            rest.removeAll()
            start = end + 1
        }
        rest += bytes[start...]
        guard rest.count <= byteCountMax else { throw TooLong() }
        return lines
    }
}
