import Encoding
import Testing

/// XML: what is read, what is refused, and the bounds.
@Suite("XML reader")
struct XMLReaderTests {
    private func read(_ text: String) throws(XMLError) -> XMLElement {
        try XMLReader.read(Array(text.utf8))
    }

    private func error(_ text: String) -> XMLError? {
        do throws(XMLError) {
            _ = try read(text)
            return nil
        } catch { return error }
    }

    @Test("elements, attributes, texts, references and CDATA are read")
    func reads() throws {
        let root = try read(
            """
            <?xml version="1.0"?><!-- c --><a x="1&amp;2" y='"'><b/>t&#65;&#x42;&lt;
            <![CDATA[<&>]]><!-- no --><c>in</c></a>
            """)
        #expect(root.name == "a")
        #expect(root["x"] == "1&2" && root["y"] == "\"" && root["z"] == nil)
        #expect(root.elements.map(\.name) == ["b", "c"])
        #expect(root.text == "tAB<\n<&>")
        #expect(root.element("c")?.text == "in")
    }

    @Test("the bytes of an element are exactly its own")
    func ranges() throws {
        let text = "<a> <b k='v'>x</b> </a>"
        let inner = try #require(try read(text).element("b"))
        #expect(
            String(decoding: Array(text.utf8)[inner.byteRange], as: UTF8.self)
                == "<b k='v'>x</b>")
    }

    static let refused: [(text: String, error: XMLError)] = [
        ("", .truncated(offset: 0)), ("<a>", .truncated(offset: 3)),
        ("<a></b>", .mismatchedTag(offset: 3)),
        ("<a/><b/>", .unexpected(offset: 4, expected: "the end")),
        ("<a x='1' x='2'/>", .duplicateAttribute(offset: 9)),
        ("<a>&none;</a>", .unknownReference(offset: 3)),
        ("<a>&#0;</a>", .unknownReference(offset: 3)),
        ("<a>&#xD800;</a>", .unknownReference(offset: 3)),
        ("<!DOCTYPE a><a/>", .documentType(offset: 0)),
        ("<a x='<'/>", .unexpected(offset: 6, expected: "&lt; for <")),
        ("<a x=1/>", .unexpected(offset: 5, expected: "a quote")),
        ("<a>\u{1}</a>", .invalidText(offset: 3)),
        ("<a x='1'y='2'/>", .unexpected(offset: 8, expected: "a space or >")),
    ]

    @Test("what is not XML, or could mean two things, is refused", arguments: refused)
    func refuses(_ sample: (text: String, error: XMLError)) {
        #expect(error(sample.text) == sample.error)
    }

    @Test("bytes that are not UTF-8 are refused")
    func encoding() {
        let bytes = Array("<a>".utf8) + [0xFF] + Array("</a>".utf8)
        #expect(throws: XMLError.invalidText(offset: 3)) { try XMLReader.read(bytes) }
    }

    @Test("size, depth and parts are bounded")
    func limits() {
        let limits = XMLLimits(byteCount: 100, depth: 5, partCount: 10)
        func isRefused(_ text: String) -> Bool {
            do throws(XMLError) {
                _ = try XMLReader.read(Array(text.utf8), limits: limits)
                return false
            } catch { if case .limit = error { return true } else { return false } }
        }
        #expect(isRefused(String(repeating: " ", count: 101)))
        #expect(isRefused(String(repeating: "<a>", count: 6)))
        #expect(isRefused("<a>" + String(repeating: "<b/>", count: 11) + "</a>"))
        #expect(!isRefused("<a><b><c/></b></a>"))
    }

    @Test("a document that is cut anywhere is refused")
    func cuts() {
        let text = Array("<a x='1'><b>t&amp;</b><![CDATA[c]]></a>".utf8)
        for count in 0..<text.count {
            #expect(throws: XMLError.self) { try XMLReader.read(Array(text[..<count])) }
        }
    }
}
