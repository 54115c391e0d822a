import Base
import Conformance
import Encoding
import Testing

/// Pairs and numbers in the layout of cyberphone/json-canonicalization.
@Suite("Suite jcs")
struct CanonicalSuiteTests {
    @Test("compares inputs with outputs and their hexadecimal form")
    func pairs() throws {
        let folder = try SuiteFolder([
            ("input/good.json", #"{"b": 1.0, "a": "é"}"#),
            ("output/good.json", #"{"a":"é","b":1}"#),
            ("outhex/good.txt", "7b 22 61 22 3a 22 c3 a9\n22 2c 22 62 22 3a 31 7d"),
            ("input/planted.json", "[1.0]"), ("output/planted.json", "[1.0]"),
            ("outhex/planted.txt", "5b 31 5d"),
            ("input/alone.json", "1"), ("output/lost.json", "1"),
            ("input/broken.json", "{"), ("output/broken.json", "{}"),
            ("input/nohex.json", "1"), ("outhex/nohex.txt", "zz"), ("README.md", "text"),
        ])
        let report = try folder.run(.jcs)
        #expect(report.counts == [3, 5, 1], "\(report)")
        #expect(
            report.failures.map(\.name) == [
                "input/alone.json", "input/broken.json", "input/nohex.json (outhex)",
                "input/planted.json (output)", "output/lost.json",
            ])
        #expect(try folder.run(.jcs, "input/good.json").counts == [2, 0, 0])
    }

    @Test("compares single pairs")
    func singlePairs() throws {
        let folder = try SuiteFolder([
            ("a-input.json", "[ 1 ]"), ("a-output.json", "[1]"), ("b.input.json", "[ 1 ]"),
            ("b.output.json", "[2]"), ("c.json", "[1]"),
        ])
        #expect(try folder.run(.jcs).counts == [1, 1, 1])
    }

    @Test(
        "compares lines of numbers",
        arguments: [
            ("4340000000000001,9007199254740994\n0,0\n8000000000000000,0\n", [3, 0, 0]),
            ("444b1ae4d6e2ef50,1e+21\r\n\r\n3eb0c6f7a0b5ed8d,0.000001", [2, 0, 0]),
            ("3eb0c6f7a0b5ed8d,0.000002\n0,0\n", [1, 1, 0]),
            ("7ff0000000000000,Infinity\n7ff8000000000000,0\n", [1, 1, 0]),
            ("0,0\nx,1\n00000000000000000,0\n0\n-1,0\n", [1, 4, 0]),
            ("prose\nmore prose\n", [0, 1, 0]), ("", [0, 1, 0]),
            (String(repeating: "0", count: 3_000_000), [0, 1, 0]),
            ("0,0\n" + String(repeating: "1", count: 300) + "\n", [1, 1, 0]),
        ])
    func numbers(_ text: String, _ counts: [Int]) throws {
        let report = try SuiteFolder([("es6testfile.txt", text)]).run(.jcs)
        #expect(report.counts == counts, "\(report)")
    }

    @Test("reads lines over the borders of pieces, from seed 8785")
    func longNumberFile() throws {
        var generator = SplitMix64(seed: 8785)
        var text = ""
        var count = 0
        while text.utf8.count < 3 << 20 {
            let bits = generator.next()
            guard let number = JSONCanonical.number(bits) else { continue }
            text += String(bits, radix: 16) + "," + number + "\n"
            count += 1
        }
        #expect(try SuiteFolder([("numbers.txt", text)]).run(.jcs).counts == [count, 0, 0])
    }

    @Test(
        "passes the published texts",
        .enabled(if: TestData.isPresent, "needs the shared data folder"))
    func published() throws {
        let folder = try #require(TestData.folder)
        let report = try Conformance.run(.jcs, path: folder + "/jcs/testdata") { _ in }
        #expect(report.counts == [12, 0, 3], "\(report)")
    }
}
