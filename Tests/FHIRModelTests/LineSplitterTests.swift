import Base
import FHIRModel
import Testing

@Suite("The splitter of lines")
struct LineSplitterTests {
    @Test("numbers lines as editors do, empty ones included")
    func numbers() throws {
        var splitter = LineSplitter(maximumByteCount: 11)
        let lines =
            try splitter.receiveNumbered(Array("a\n\n\r\nb\nc".utf8))
            + splitter.receiveNumbered(Array("d\ne".utf8))
        #expect(lines.map(\.number) == [1, 4, 5])
        #expect(lines.map(\.bytes) == ["a", "b", "cd"].map { Array($0.utf8) })
        #expect(splitter.finishNumbered()?.number == 6)
        #expect(splitter.finishNumbered() == nil)
    }

    @Test("gives the same lines however the bytes arrive", arguments: 0..<50 as Range<UInt64>)
    func pieces(_ seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let lines = (0..<20).map { _ in
            (0..<generator.next() % 12).map { _ in
                UInt8(truncatingIfNeeded: generator.next() % 4 + 97)
            }
        }
        var bytes: [UInt8] = []
        for line in lines {
            bytes += line + (generator.next() % 2 == 0 ? [0x0A] : [0x0D, 0x0A])
        }
        if seed % 2 == 0 { bytes.removeLast(bytes.last == 0x0A ? 1 : 0) }
        var splitter = LineSplitter(maximumByteCount: 11)
        var found: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Int(generator.next() % 9)
            found += try splitter.receive(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        if let last = splitter.finish() { found.append(last) }
        #expect(found == lines.filter { !$0.isEmpty })
        #expect(splitter.finish() == nil)
    }

    @Test("refuses a line over the limit, and says which")
    func limit() throws {
        var splitter = LineSplitter(maximumByteCount: 3)
        #expect(try splitter.receive(Array("abc\nabc\r\n".utf8)).count == 2)
        #expect(throws: LineSplitter.Failure.lineTooLong(line: 4)) {
            try splitter.receive(Array("\nabcd".utf8))
        }
        for pieces in [["abcd"], ["ab", "cd"], ["abc", "d"], ["abc\r", "d"]] {
            var splitter = LineSplitter(maximumByteCount: 3)
            #expect(throws: LineSplitter.Failure.lineTooLong(line: 1)) {
                for piece in pieces { _ = try splitter.receive(Array(piece.utf8)) }
            }
        }
    }
}
