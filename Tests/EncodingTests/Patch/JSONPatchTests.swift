import Base
import Encoding
import Testing

@Suite("JSON Patch")
struct JSONPatchTests {
    private func json(_ text: String) throws -> JSONValue {
        try JSONValue(parsing: Array(text.utf8))
    }

    private func apply(_ patch: String, to document: String) throws -> JSONValue {
        try JSONPatch(json(patch)).apply(to: json(document))
    }

    @Test(
        "does what the appendix of RFC 6902 shows",
        arguments: [
            (
                #"{"foo":"bar"}"#, #"[{"op":"add","path":"/baz","value":"qux"}]"#,
                #"{"foo":"bar","baz":"qux"}"#
            ),
            (
                #"{"foo":["bar","baz"]}"#, #"[{"op":"add","path":"/foo/1","value":"qux"}]"#,
                #"{"foo":["bar","qux","baz"]}"#
            ),
            (
                #"{"foo":["bar","qux","baz"]}"#, #"[{"op":"remove","path":"/foo/1"}]"#,
                #"{"foo":["bar","baz"]}"#
            ),
            (
                #"{"baz":"qux","foo":"bar"}"#, #"[{"op":"replace","path":"/baz","value":"boo"}]"#,
                #"{"baz":"boo","foo":"bar"}"#
            ),
            (
                #"{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}"#,
                #"[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]"#,
                #"{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}"#
            ),
            (
                #"{"foo":["all","grass","cows","eat"]}"#,
                #"[{"op":"move","from":"/foo/1","path":"/foo/3"}]"#,
                #"{"foo":["all","cows","eat","grass"]}"#
            ),
            (
                #"{"/":9,"~1":10}"#, #"[{"op":"test","path":"/~01","value":10}]"#,
                #"{"/":9,"~1":10}"#
            ),
            (
                #"{"foo":["bar"]}"#, #"[{"op":"add","path":"/foo/-","value":["abc"]}]"#,
                #"{"foo":["bar",["abc"]]}"#
            ),
            (#"{"a":1}"#, #"[{"op":"copy","from":"","path":"/b"}]"#, #"{"a":1,"b":{"a":1}}"#),
            (#"{"a":1}"#, #"[{"op":"replace","path":"","value":[]}]"#, "[]"),
            (#"{"a":1}"#, #"[{"op":"move","from":"/a","path":""}]"#, "1"),
        ])
    func examples(_ document: String, _ patch: String, _ expected: String) throws {
        #expect(try apply(patch, to: document) == json(expected))
    }

    @Test(
        "refuses what cannot be done, and says which operation",
        arguments: [
            ("{}", "{}", .notAPatch),
            ("{}", "[7]", .malformed(operation: 0, member: "op")),
            ("{}", #"[{"op":"add","path":"/a"}]"#, .malformed(operation: 0, member: "value")),
            ("{}", #"[{"op":"remove","path":"a"}]"#, .malformed(operation: 0, member: "path")),
            ("{}", #"[{"op":"remove","path":"/~2"}]"#, .malformed(operation: 0, member: "path")),
            ("{}", #"[{"op":"copy","path":"/a"}]"#, .malformed(operation: 0, member: "from")),
            (
                "{}", #"[{"op":"add","path":"/a/b","value":1}]"#,
                .missing(operation: 0, path: "/a/b")
            ),
            ("[1]", #"[{"op":"add","path":"/2","value":1}]"#, .missing(operation: 0, path: "/2")),
            (
                "[1]", #"[{"op":"replace","path":"/01","value":1}]"#,
                .missing(operation: 0, path: "/01")
            ),
            ("[1]", #"[{"op":"remove","path":"/-"}]"#, .missing(operation: 0, path: "/-")),
            ("7", #"[{"op":"add","path":"/a","value":1}]"#, .missing(operation: 0, path: "/a")),
            (
                #"{"a":1}"#,
                #"[{"op":"remove","path":"/a"},{"op":"remove","path":"/a"}]"#,
                .missing(operation: 1, path: "/a")
            ),
            (
                #"{"a":"10"}"#, #"[{"op":"test","path":"/a","value":10}]"#,
                .testFailed(operation: 0, path: "/a")
            ),
            (
                #"{"a":{"b":1}}"#, #"[{"op":"move","from":"/a","path":"/a/b"}]"#,
                .intoItself(operation: 0)
            ),
            ("{}", #"[{"op":"remove","path":""}]"#, .wholeDocument(operation: 0)),
        ] as [(String, String, JSONPatchError)])
    func refusals(_ document: String, _ patch: String, _ error: JSONPatchError) {
        #expect(throws: error) { try apply(patch, to: document) }
        #expect(error.refusal.code.hasPrefix("json-patch."))
    }

    @Test("compares numbers by value and members in any order, and nothing else")
    func meanings() throws {
        for (left, right, isSame) in [
            ("1", "1.0", true), ("1e2", "100", true), ("-0.0", "0", true), ("1E+2", "1e2", true),
            ("0.1", "0.10", true), ("1e999999999999999", "1e999999999999999", true),
            ("1e999999999999999", "2e999999999999999", false), ("1", "-1", false),
            ("1", #""1""#, false), (#"{"a":1,"b":[2]}"#, #"{"b":[2.0],"a":1}"#, true),
            (#"{"a":1}"#, #"{"a":1,"b":2}"#, false), ("[1,2]", "[2,1]", false),
            (#""\u00e9""#, #""e\u0301""#, false), ("null", "false", false),
        ] {
            #expect(try json(left).means(json(right)) == isSame, "\(left) and \(right)")
            #expect(try json(right).means(json(left)) == isSame)
        }
    }

    @Test("stops copies of copies before they fill the memory")
    func copiesOfCopies() throws {
        let copies = (0..<60).map { #"{"op":"copy","from":"","path":"/a\#($0)"}"# }
        let patch = try JSONPatch(json("[" + copies.joined(separator: ",") + "]"))
        guard
            case .failure(.tooLarge) = Result(catching: { () throws(JSONPatchError) in
                try patch.apply(to: .object([JSONMember("x", .number("1"))]))
            })
        else {
            Issue.record("taken")
            return
        }
        let many = [JSONValue](repeating: .null, count: JSONPatch.operationLimit + 1)
        #expect(throws: JSONPatchError.tooMany(many.count)) { try JSONPatch(.array(many)) }
    }

    @Test("pointers are read and written as RFC 6901 says")
    func pointers() throws {
        for text in ["", "/", "/foo/0", "/a~1b", "/m~0n", "/ ", "/é"] {
            #expect(try #require(JSONPointer(parsing: text)).text == text)
        }
        #expect(JSONPointer(parsing: "/a~1b~01")?.steps == ["a/b~1"])
        #expect(JSONPointer(parsing: "a") == nil && JSONPointer(parsing: "/~") == nil)
        let deep = String(repeating: "/a", count: JSONPointer.stepLimit + 1)
        #expect(JSONPointer(parsing: deep) == nil)
        #expect(JSONPointer(["a", "b"]).isInside(JSONPointer(["a"])))
        #expect(!JSONPointer(["a"]).isInside(JSONPointer(["a"])))
    }
}
