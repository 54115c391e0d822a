import Encoding
import System

/// Lines of `hexadecimal bits,expected text`, read as a stream: the published file has 10⁸.
enum NumberLines {
    /// Bytes read at a time.
    private static let pieceByteCount = 1 << 20
    /// The longest line; the longest number of ECMAScript has 25 characters.
    private static let lineLimit = 256
    /// Lines between two calls of `progress`.
    private static let progressLines = 1_000_000

    static func run(_ file: SuiteFile, _ tally: inout Tally, _ progress: (String) -> Void) {
        var reader = Reader(name: file.name)
        do throws(SystemError) {
            let source = try File(file.path, .read)
            var offset = 0
            while !reader.isDone {
                let piece = try source.read(at: offset, count: pieceByteCount)
                guard !piece.isEmpty else { break }
                offset += piece.count
                reader.receive(piece, &tally)
                if reader.line / progressLines > reader.told {
                    reader.told = reader.line / progressLines
                    progress("\(file.name), \(reader.line) numbers")
                }
            }
            reader.finish(&tally)
        } catch {
            tally.fail(file.name, "cannot be read: \(error.reason)")
        }
    }

    /// The verdict on one line.
    static func check(_ line: ArraySlice<UInt8>) throws(ShapeError) -> Verdict {
        guard let comma = line.firstIndex(of: 0x2C) else {
            throw ShapeError("no comma between bits and text")
        }
        let digits = line[..<comma]
        guard (1...16).contains(digits.count), digits.allSatisfy(isHexadecimal),
            let bits = UInt64(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw ShapeError("no 1 to 16 hexadecimal digits before the comma") }
        let expected = String(decoding: line[(comma + 1)...], as: UTF8.self)
        guard let text = JSONCanonical.number(bits) else {
            // RFC 8785 §3.2.2.3: these have no canonical text.
            return ["NaN", "Infinity", "-Infinity"].contains(expected)
                ? .passed : .failed("the bits are no finite number")
        }
        return text.utf8.elementsEqual(line[(comma + 1)...])
            ? .passed : .failed("expected \(expected), got \(text)")
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
        default: false
        }
    }

    private struct Reader {
        let name: String
        var line = 0
        var told = 0
        /// True after a line that shows that this is no number file.
        private(set) var isDone = false
        private var pending: [UInt8] = []

        init(name: String) { self.name = name }

        mutating func receive(_ piece: [UInt8], _ tally: inout Tally) {
            var start = 0
            while !isDone, let end = piece[start...].firstIndex(of: 0x0A) {
                if pending.isEmpty {
                    take(piece[start..<end], &tally)
                } else {
                    pending += piece[start..<end]
                    take(pending[...], &tally)
                    pending = []
                }
                start = end + 1
            }
            guard !isDone else { return }
            pending += piece[start...]
            if pending.count > lineLimit { stop("a line is too long", &tally) }
        }

        mutating func finish(_ tally: inout Tally) {
            if !isDone, !pending.isEmpty { take(pending[...], &tally) }
            if !isDone, line == 0 { stop("there are no numbers", &tally) }
        }

        private mutating func take(_ line: ArraySlice<UInt8>, _ tally: inout Tally) {
            let line = line.last == 0x0D ? line.dropLast() : line
            self.line += 1
            guard !line.isEmpty else { return }
            guard line.count <= lineLimit else { return stop("a line is too long", &tally) }
            do throws(ShapeError) {
                tally.add(name, "line \(self.line)", try check(line))
            } catch {
                tally.fail(name, "line \(self.line)", error.reason)
                // A first line of another form is another kind of file; say so once.
                if self.line == 1 { isDone = true }
            }
        }

        private mutating func stop(_ reason: String, _ tally: inout Tally) {
            tally.fail(name, "line \(line + 1)", ShapeError(reason).reason)
            isDone = true
        }
    }
}
