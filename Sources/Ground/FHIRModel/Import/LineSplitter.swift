import Encoding

/// Cuts a stream of bytes into lines as it arrives: the rows of NDJSON.
///
/// A line ends with a line feed; a carriage return before it is dropped, and so are empty lines.
package struct LineSplitter: Sendable {
    /// The bytes of a line that has not ended yet.
    private var pending: [UInt8] = []
    private var lineNumber = 1
    private let maximumByteCount: Int

    /// Why a stream cannot be cut further.
    package enum Failure: Error, Hashable, Sendable {
        /// The line with this number, from 1, is longer than the limit.
        case lineTooLong(line: Int)
    }

    /// - Parameter maximumByteCount: The longest line accepted, without its end.
    package init(maximumByteCount: Int = JSONLimits.standard.byteCount) {
        self.maximumByteCount = maximumByteCount
    }

    /// Takes the next bytes and returns the lines that they complete.
    ///
    /// Memory stays below the limit of a line plus the bytes given.
    package mutating func receive(_ bytes: [UInt8]) throws(Failure) -> [[UInt8]] {
        try receiveNumbered(bytes).map(\.bytes)
    }

    /// As ``receive(_:)``, each line with its number from 1, in which empty lines count.
    package mutating func receiveNumbered(
        _ bytes: [UInt8]
    ) throws(Failure) -> [(number: Int, bytes: [UInt8])] {
        var lines: [(number: Int, bytes: [UInt8])] = []
        var start = 0
        while let end = bytes[start...].firstIndex(of: 0x0A) {
            try take(bytes[start..<end])
            if let line = endLine() { lines.append((lineNumber, line)) }
            lineNumber += 1
            start = end + 1
        }
        try take(bytes[start...])
        return lines
    }

    /// The last line when the stream ended without a line feed; nil when nothing is left.
    package mutating func finish() -> [UInt8]? { endLine() }

    /// As ``finish()``, with the line's number.
    package mutating func finishNumbered() -> (number: Int, bytes: [UInt8])? {
        endLine().map { (lineNumber, $0) }
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>) throws(Failure) {
        // One more byte may be the carriage return that does not count.
        guard bytes.count - 1 <= maximumByteCount - pending.count else {
            throw .lineTooLong(line: lineNumber)
        }
        pending.append(contentsOf: bytes)
        guard pending.count <= maximumByteCount || pending.last == 0x0D else {
            throw .lineTooLong(line: lineNumber)
        }
    }

    private mutating func endLine() -> [UInt8]? {
        if pending.last == 0x0D { pending.removeLast() }
        defer { pending = [] }
        return pending.isEmpty ? nil : pending
    }
}
