import Base
import Encoding
import Testing

@Suite("A JSON document")
struct JSONDocumentTests {
    @Test("keeps the text of numbers, the order of members and every byte")
    func keepsText() throws {
        let text = #" { "b" : 1.00 , "a":[1e2,-0,12345678901234567890.12345,"\u00e9\n"],"c":{} }"#
        let document = try JSONDocument(parsing: Array(text.utf8))
        #expect(document.bytes == Array(text.utf8))
        #expect(document.root.members.map(\.key) == ["b", "a", "c"])
        #expect(document.root["b"]?.numberText == "1.00")
        let array = try #require(document.root["a"])
        #expect(
            array.elements.compactMap(\.numberText) == ["1e2", "-0", "12345678901234567890.12345"])
        #expect(array[3]?.stringValue == "é\n")
        #expect(array[3]?.rawBytes == Array(#""\u00e9\n""#.utf8))
        #expect(array[4] == nil)
        #expect(array[-1] == nil)
        #expect(document.root["c"]?.kind == .object)
        #expect(document.root["c"]?.count == 0)
        #expect(document.root.count == 3)
        #expect(document.root["missing"] == nil)
        #expect(document.root.byteRange == 1..<text.utf8.count)
    }

    @Test(
        "accepts every form of the grammar",
        arguments: [
            "0", "-0", "-1.5e-3", "1E+2", "true", " false ", "null", #""""#, "[]", "[ ]", "{ }",
            "[[],{},[1]]", #""\ud83d\ude00 \" \\ \/ \b\f\n\r\t""#, "\t\r\n 1 \n", #"{"":0}"#,
            #""汉字 é 😀 \u6C49""#, "\"\u{7F}\u{80}\u{7FF}\u{800}\u{FFFF}\u{10000}\u{10FFFF}\"",
        ])
    func accepts(_ text: String) throws {
        let document = try JSONDocument(parsing: Array(text.utf8))
        let value = document.root.value
        #expect(try JSONValue(parsing: value.serialized()) == value)
        #expect(try JSONValue(parsing: value.serialized(pretty: true)) == value)
    }

    @Test("refuses what two readers could understand differently", arguments: Refused.all)
    func refuses(_ refused: Refused) {
        #expect(throws: refused.error) { try JSONDocument(parsing: refused.bytes) }
    }

    @Test("looks names up by their decoded text, byte for byte")
    func looksUpNames() throws {
        let text =
            #"{"\u0061":1,"\#u{E9}":2,"e\#u{301}":3,"resourceType":4,"resourceTypf":5}"#
        let root = try JSONDocument(parsing: Array(text.utf8)).root
        #expect(root["a"]?.integerValue == 1)
        #expect(root["\u{E9}"]?.integerValue == 2)
        #expect(root["e\u{301}"]?.integerValue == 3)
        #expect(root["resourceType"]?.integerValue == 4)
        #expect(root["b"] == nil)
        #expect(root[0] == nil)
        #expect(root["a"]?["a"] == nil)
    }

    @Test("finds a duplicate among many names, whatever their fingerprints")
    func manyNames() throws {
        for count in [2, 31, 32, 33, 34, 100, 1000] {
            let members = (0..<count).map { #""name\#($0)":\#($0)"# }
            let good = "{" + members.joined(separator: ",") + "}"
            let root = try JSONDocument(parsing: Array(good.utf8)).root
            #expect(root["name\(count - 1)"]?.integerValue == count - 1)
            for repeated in Set([0, count / 2, count - 1]) {
                let bad = good.dropLast() + #","\u006eame\#(repeated)":0}"#
                #expect(throws: JSONError.duplicateKey(offset: good.utf8.count)) {
                    try JSONDocument(parsing: Array(bad.utf8))
                }
            }
        }
    }

    @Test("keeps its limits")
    func limits() throws {
        let limits = JSONLimits(byteCount: 20, depth: 3, elementCount: 5)
        func parse(_ text: String) throws(JSONError) {
            _ = try JSONDocument(parsing: Array(text.utf8), limits: limits)
        }
        try parse("[[[]]]")
        #expect(throws: JSONError.tooDeep(offset: 3)) { try parse("[[[[]]]]") }
        try parse("[1,2,3,4]")
        #expect(throws: JSONError.tooManyElements(offset: 9)) { try parse("[1,2,3,4,5]") }
        try parse(#"{"a":1,"b":2}"#)
        #expect(throws: JSONError.tooManyElements(offset: 13)) {
            try parse(#"{"a":1,"b":2,"c":3}"#)
        }
        #expect(throws: JSONError.tooLarge(offset: 20)) { try parse("[1,2,3]              ") }
        #expect(JSONLimits(byteCount: .max, depth: .max, elementCount: .max).depth == 512)
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: JSONError.tooDeep(offset: 64)) {
            try JSONDocument(parsing: Array(deep.utf8))
        }
    }

    @Test("tells the line and column of an error, in two languages")
    func position() throws {
        let bytes = Array("{\n  \"a\": 1,\n  \"a\": 2\n}".utf8)
        let error = try #require(throws: JSONError.self) { try JSONDocument(parsing: bytes) }
        #expect(error == .duplicateKey(offset: 14))
        #expect(error.position(in: bytes).line == 3)
        #expect(error.position(in: bytes).column == 3)
        let refusal = error.refusal(in: bytes)
        #expect(refusal.code == "json.duplicate-key")
        #expect(refusal.english.hasPrefix("Line 3, column 3: "))
        #expect(refusal.chinese.hasPrefix("第3行第3列："))
    }
}

/// A text and the reason for which it is refused.
struct Refused: CustomTestStringConvertible {
    let bytes: [UInt8]
    let error: JSONError

    init(_ text: String, _ error: JSONError) { (bytes, self.error) = (Array(text.utf8), error) }

    init(_ bytes: [UInt8], _ error: JSONError) { (self.bytes, self.error) = (bytes, error) }

    var testDescription: String { "\(String(decoding: bytes, as: UTF8.self)) \(error)" }

    static let all: [Refused] =
        grammar + strings
        + invalidUTF8.map { bytes in
            Refused([0x22] + bytes + [0x22], .invalidUTF8(offset: 1))
        }

    private static let grammar: [Refused] = [
        Refused("", .truncated(offset: 0)), Refused("  ", .truncated(offset: 2)),
        Refused("\u{FEFF}1", .byteOrderMark(offset: 0)),
        Refused("1 2", .trailingBytes(offset: 2)), Refused("[1]]", .trailingBytes(offset: 3)),
        Refused("1\0", .trailingBytes(offset: 1)),
        Refused("[1,]", .unexpectedByte(offset: 3, expected: "a value")),
        Refused("[,1]", .unexpectedByte(offset: 1, expected: "a value")),
        Refused("[1 2]", .unexpectedByte(offset: 3, expected: "',' or ']'")),
        Refused("[1}", .unexpectedByte(offset: 2, expected: "',' or ']'")),
        Refused(#"{"a":1]"#, .unexpectedByte(offset: 6, expected: "',' or '}'")),
        Refused(#"{"a" 1}"#, .unexpectedByte(offset: 5, expected: "':'")),
        Refused("{1:1}", .unexpectedByte(offset: 1, expected: "a member's name in quotes")),
        Refused(#"{"a":1,}"#, .unexpectedByte(offset: 7, expected: "a member's name in quotes")),
        Refused("[", .truncated(offset: 1)), Refused(#"{"a""#, .truncated(offset: 4)),
        Refused(#"{"a":"#, .truncated(offset: 5)), Refused("[1", .truncated(offset: 2)),
        Refused("tru", .truncated(offset: 3)),
        Refused("trye", .unexpectedByte(offset: 0, expected: "true")),
        Refused("TRUE", .unexpectedByte(offset: 0, expected: "a value")),
        Refused("NaN", .unexpectedByte(offset: 0, expected: "a value")),
        Refused("Infinity", .unexpectedByte(offset: 0, expected: "a value")),
        Refused("-Infinity", .invalidNumber(offset: 0)), Refused("-", .invalidNumber(offset: 0)),
        Refused("01", .invalidNumber(offset: 0)), Refused("-01", .invalidNumber(offset: 0)),
        Refused("1.", .invalidNumber(offset: 0)), Refused("1.e1", .invalidNumber(offset: 0)),
        Refused("1e", .invalidNumber(offset: 0)), Refused("1e+", .invalidNumber(offset: 0)),
        Refused("+1", .unexpectedByte(offset: 0, expected: "a value")),
        Refused(".5", .unexpectedByte(offset: 0, expected: "a value")),
        Refused("0x10", .trailingBytes(offset: 1)),
        Refused("'a'", .unexpectedByte(offset: 0, expected: "a value")),
        Refused("[1]//", .trailingBytes(offset: 3)),
    ]

    private static let strings: [Refused] = [
        Refused(#""abc"#, .truncated(offset: 4)), Refused("\"a\nb\"", .controlCharacter(offset: 2)),
        Refused("\"\0\"", .controlCharacter(offset: 1)),
        Refused("\"01234567\u{1F}\"", .controlCharacter(offset: 9)),
        Refused(#""\x41""#, .invalidEscape(offset: 1)),
        Refused(#""\u12G4""#, .invalidEscape(offset: 1)),
        Refused(#""\u12""#, .invalidEscape(offset: 1)), Refused(#""\u12"#, .truncated(offset: 5)),
        Refused(#""\"#, .truncated(offset: 2)),
        Refused(#""\ud800""#, .loneSurrogate(offset: 1)),
        Refused(#""\udc00""#, .loneSurrogate(offset: 1)),
        Refused(#""\ud800\u0041""#, .loneSurrogate(offset: 1)),
        Refused(#""\ud800\n""#, .loneSurrogate(offset: 1)),
        Refused(#""\ud800\ud800""#, .loneSurrogate(offset: 1)),
        Refused(#"{"a":1,"\u0061":2}"#, .duplicateKey(offset: 7)),
        Refused(#"[{"a":{"a":1},"a":2}]"#, .duplicateKey(offset: 14)),
    ]

    private static let invalidUTF8: [[UInt8]] = [
        [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x9F, 0xBF],
        [0xE1, 0x80], [0xE1, 0x80, 0x41], [0xED, 0xA0, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
        [0xF1, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xFE],
    ]
}
