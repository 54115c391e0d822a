import Base
import Encoding
import Testing

@Suite("A JSON value")
struct JSONValueTests {
    @Test("is written with its order, its numbers' text and the fewest escapes")
    func serializes() throws {
        let value: JSONValue = [
            "z": 1, "a": [true, .null, "汉\u{0}\u{1F}\u{7F}\"\\/\n"], "n": .number("5.10"), "e": [:],
            "l": [],
        ]
        let expected =
            #"{"z":1,"a":[true,null,"汉\u0000\u001f\#u{7F}\"\\/\n"],"n":5.10,"e":{},"l":[]}"#
        #expect(value.text() == expected)
        #expect(
            JSONValue.object([JSONMember("a", [1, 2]), JSONMember("b", [:])]).text(pretty: true)
                == "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}")
    }

    @Test("differs when its text differs")
    func equality() {
        #expect(JSONValue.number("1.0") != .number("1"))
        #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
        #expect(JSONMember("\u{E9}", 1) != JSONMember("e\u{301}", 1))
        #expect(JSONValue.array([1, "1", .null]) == [1, "1", .null])
        #expect(Set<JSONValue>(["\u{E9}", "e\u{301}", 1, 1, .null, true, [:], []]).count == 7)
        let ordered: JSONValue = ["a": 1, "b": 2]
        #expect(ordered != ["b": 2, "a": 1])
    }

    @Test("is read by name and index")
    func reads() {
        var value: JSONValue = ["a": [1, "x", true], "b": .null]
        #expect(value["a"]?[0]?.integerValue == 1)
        #expect(value["a"]?[1]?.stringValue == "x")
        #expect(value["a"]?[2]?.boolValue == true)
        #expect(value["a"]?[3] == nil)
        #expect(value["a"]?[-1] == nil)
        #expect(value["b"]?.isNull == true)
        #expect(value["c"] == nil)
        value["b"] = 2
        value["c"] = 3
        value["a"] = nil
        #expect(value.text() == #"{"b":2,"c":3}"#)
        value["none"] = nil
        #expect(value.members.count == 2)
    }

    @Test("takes only numbers for numbers")
    func checksNumbers() {
        for text in ["0", "-0", "1.50", "1e400", "-1E-2"] {
            #expect(JSONValue.number(checking: text)?.numberText == text)
        }
        for text in ["", " 1", "1 ", "01", "nan", "1_000", "+1", "0x1", "[1]", "１"] {
            #expect(JSONValue.number(checking: text) == nil)
        }
        #expect(JSONValue.integer(UInt64.max).text() == "18446744073709551615")
        #expect(JSONValue.number("1e2").integerValue == nil)
    }

    @Test("survives writing and parsing, from seeds", arguments: 0..<200 as Range<UInt64>)
    func roundTrip(_ seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let value = Self.random(&generator, depth: 0)
        for pretty in [false, true] {
            let bytes = value.serialized(pretty: pretty)
            let document = try JSONDocument(parsing: bytes)
            #expect(document.root.value == value)
            checkSpans(document.root)
        }
    }

    @Test(
        "is parsed or refused without a trap after any mutation",
        arguments: 0..<200 as Range<UInt64>)
    func mutations(_ seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let original = Self.random(&generator, depth: 0).serialized(pretty: seed % 2 == 0)
        for _ in 0..<50 {
            var bytes = original
            for _ in 0...generator.next() % 3 {
                let index = Int(generator.next() % UInt64(bytes.count + 1))
                switch generator.next() % 3 {
                case 0: bytes.insert(UInt8(truncatingIfNeeded: generator.next()), at: index)
                case 1 where index < bytes.count: bytes.remove(at: index)
                default:
                    if index < bytes.count {
                        bytes[index] =
                            Array("\"\\{}[],:0e\u{80}u".utf8)[
                                Int(generator.next() % 13)]
                    }
                }
            }
            guard let document = try? JSONDocument(parsing: bytes) else { continue }
            checkSpans(document.root)
            let value = document.root.value
            #expect(try JSONValue(parsing: value.serialized()) == value, "seed \(seed)")
            #expect(String(validating: bytes, as: UTF8.self) != nil, "seed \(seed)")
        }
    }

    /// Every element's own bytes must parse to the same value.
    private func checkSpans(_ element: JSONElement) {
        #expect((try? JSONValue(parsing: element.rawBytes)) == element.value)
        var inner = 0
        for child in element.elements {
            checkSpans(child)
            inner += 1
        }
        for member in element.members {
            checkSpans(member.value)
            #expect(element[member.key]?.byteRange == member.value.byteRange)
            inner += 1
        }
        #expect(inner == element.count)
    }

    static func random(_ generator: inout SplitMix64, depth: Int) -> JSONValue {
        switch generator.next() % (depth < 5 ? 7 : 5) {
        case 0: return .null
        case 1: return .bool(generator.next() % 2 == 0)
        case 2: return .integer(Int64(bitPattern: generator.next()))
        case 3:
            return .number(
                "-\(generator.next() % 100).\(generator.next() % 1000)e+\(generator.next() % 9)")
        case 4: return .string(text(&generator))
        case 5:
            return .array(
                (0..<generator.next() % 6).map { _ in random(&generator, depth: depth + 1) })
        default:
            return .object(
                (0..<generator.next() % 40).map { index in
                    JSONMember(text(&generator) + "\(index)", random(&generator, depth: depth + 3))
                })
        }
    }

    private static func text(_ generator: inout SplitMix64) -> String {
        let pieces = [
            "a", "\"", "\\", "\n", "汉", "é", "e\u{301}", "😀", "\u{0}", "resource", "/", " ",
        ]
        return (0..<generator.next() % 8).map { _ in pieces[Int(generator.next() % 12)] }.joined()
    }
}
