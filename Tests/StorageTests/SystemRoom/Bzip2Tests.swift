import Base
import System
import Testing

@Suite("bzip2")
struct Bzip2Tests {
    /// `printf 'hello kanglian\n' | bzip2`, and `printf '' | bzip2` (bzip2 1.0.8).
    private let hello = Hex.decode(Bzip2Tests.helloHex) ?? []
    private let nothing = Hex.decode("425a683917724538509000000000") ?? []
    private static let helloHex =
        "425a6839314159265359b851d9f300000351000010400022eda0003100d34d0530"
        + "0da88d4a68c083cdc2ee48a70a12170a3b3e60"

    @Test("streams are read, also empty ones and several in a row")
    func decompress() throws {
        let text = Array("hello kanglian\n".utf8)
        #expect(try Bzip2.decompress(hello, limit: 15) == text)
        #expect(try Bzip2.decompress(nothing, limit: 0) == [])
        #expect(try Bzip2.decompress(hello + nothing + hello, limit: 30) == text + text)
    }

    @Test("streams larger than the limit are refused")
    func limit() throws {
        #expect(throws: Bzip2Error.tooLarge(limit: 14)) { try Bzip2.decompress(hello, limit: 14) }
    }

    @Test("streams cut off or changed anywhere are refused")
    func damage() throws {
        for count in 0..<hello.count {
            #expect(throws: Bzip2Error.corrupt, "\(count) bytes") {
                try Bzip2.decompress(Array(hello[..<count]), limit: 100)
            }
        }
        for offset in hello.indices.dropLast() {
            var damaged = hello
            damaged[offset] ^= 0x10
            let result = try? Bzip2.decompress(damaged, limit: 100)
            // A larger declared block size changes nothing about the content.
            #expect(result == nil || offset == 3, "byte \(offset)")
        }
        #expect(throws: Bzip2Error.corrupt) { try Bzip2.decompress(hello + [1, 2, 3], limit: 99) }
    }

    @Test("content of several megabytes comes in pieces, and reading can stop")
    func pieces() throws {
        let folder = try TestFolder()
        var generator = SplitMix64(seed: 1)
        let content = (0..<3_000_000).map { _ in UInt8.random(in: 97...100, using: &generator) }
        try FileSystem.writeAtomically("\(folder.path)/c", content)
        let tool = try ProcessRunner.run(["bzip2", "-c", "\(folder.path)/c"])
        #expect(tool.end.isSuccess)
        #expect(try Bzip2.decompress(tool.output, limit: 3_000_000) == content)
        var pieces = 0
        try Bzip2.decompress(tool.output) { piece in
            pieces += 1
            return piece.count <= 1 << 16 && pieces < 5
        }
        #expect(pieces == 5)
    }
}
