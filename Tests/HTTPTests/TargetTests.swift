import Testing

@testable import HTTPServer

@Suite("Request targets")
struct TargetTests {
    static let sound: [(String, String, [HTTPParameter])] = [
        ("/", "/", []),
        ("/fhir/Patient/1", "/fhir/Patient/1", []),
        ("/fhir/Patient/", "/fhir/Patient/", []),
        ("/%E5%BA%B7%E9%93%BE", "/康链", []),
        ("/a%20b", "/a b", []),
        ("/a+b", "/a+b", []),
        ("/%2e%2e%2e", "/...", []),
        ("/x?", "/x", []),
        ("/x?a", "/x", [HTTPParameter("a", "")]),
        ("/x?a=1&a=2", "/x", [HTTPParameter("a", "1"), HTTPParameter("a", "2")]),
        ("/x?a=b=c", "/x", [HTTPParameter("a", "b=c")]),
        ("/x?q=a+b%2B", "/x", [HTTPParameter("q", "a b+")]),
        (
            "/x?code=http://loinc.org|1234-5", "/x",
            [HTTPParameter("code", "http://loinc.org|1234-5")]
        ),
        ("/x?/a/../b=?", "/x", [HTTPParameter("/a/../b", "?")]),
        ("http://node.example:80/x?a=1", "/x", [HTTPParameter("a", "1")]),
        ("HTTPS://node.example", "/", []),
        ("http://node.example?a=1", "/", [HTTPParameter("a", "1")]),
        ("*", "*", []),
    ]

    @Test("are decoded segment by segment", arguments: sound)
    func decodes(raw: String, path: String, query: [HTTPParameter]) throws {
        let target = try HTTPTarget(raw.utf8, parameterCountMax: 8)
        #expect(target.path == path)
        #expect(target.query == query)
    }

    @Test(
        "that are ambiguous or malformed are refused",
        arguments: [
            "", "x", "//", "/a//b", "/..", "/../x", "/a/../b", "/a/..", "/.", "/%2e%2e/x",
            "/%2E./x", "/%", "/%4", "/%zz", "/%00", "/%0a", "/%7f", "/a%2Fb", "/a%5cb", "/a\\b",
            "/%ff", "/%c0%af", "/%ed%a0%80", "/a b", "/\u{7f}", "/é", "/x#y", "/x?a=%", "/x?a=%0",
            "/x?%00", "/x?a=%1b", "/x?a=%ff", "/x?a=é", "ftp://x/", "http://", "http:///x",
            "node.example:443",
        ])
    func refuses(raw: String) {
        #expect(throws: HTTPRefusal.malformedTarget) {
            try HTTPTarget(raw.utf8, parameterCountMax: 8)
        }
    }

    @Test("with too many parameters are refused")
    func refusesManyParameters() throws {
        _ = try HTTPTarget("/x?a&b&c".utf8, parameterCountMax: 3)
        #expect(throws: HTTPRefusal.tooManyParameters(countMax: 3)) {
            try HTTPTarget("/x?a&b&c&d".utf8, parameterCountMax: 3)
        }
    }
}
