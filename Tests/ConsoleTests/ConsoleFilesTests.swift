import Console
import Testing

/// The first page is whole, and keeps to the policy under which it is served.
struct ConsoleFilesTests {
    @Test(
        "Every file is there, is text and has a type and a version", arguments: ConsoleFiles.paths)
    func files(path: String) throws {
        let file = try #require(ConsoleFiles.file(path: path))
        #expect(!file.bytes.isEmpty)
        #expect(String(validating: file.bytes, as: UTF8.self) != nil)
        #expect(file.etag.hasPrefix("\"") && file.etag.hasSuffix("-\(file.bytes.count)\""))
        #expect(
            file.contentType.hasSuffix("charset=utf-8") || file.contentType == "image/svg+xml")
    }

    @Test func `The page itself comes first and unknown paths have no file`() {
        #expect(ConsoleFiles.paths.first == "/")
        #expect(Set(ConsoleFiles.paths).count == ConsoleFiles.paths.count)
        #expect(ConsoleFiles.file(path: "/index.html") == nil)
        #expect(ConsoleFiles.file(path: "/../Package.swift") == nil)
        #expect(ConsoleFiles.file(path: "") == nil)
    }

    @Test("Versions differ between files")
    func etags() {
        let etags = ConsoleFiles.paths.compactMap { ConsoleFiles.file(path: $0)?.etag }
        #expect(Set(etags).count == ConsoleFiles.paths.count)
    }

    /// The name of SVG's vocabulary: a name, which nothing fetches.
    private static let namespace = "http://www.w3.org/2000/svg"

    @Test("Nothing refers to another host", arguments: ConsoleFiles.paths)
    func outside(path: String) throws {
        let text = try pageText(path).replacing(Self.namespace, with: "")
        for word in ["http:", "https:", "ws:", "wss:", "\"//", "'//", "url(", "@import"] {
            #expect(!text.contains(word), "\(path) contains \(word)")
        }
    }

    @Test func `The page has no inline script, handler or style`() throws {
        for path in ["/", "/favicon.svg"] {
            let text = try pageText(path)
            #expect(!text.contains("style="), "\(path) has a style attribute")
            #expect(!text.contains("<style"), "\(path) has a style element")
            #expect(!text.contains("javascript:"))
            #expect(text.firstMatch(of: /\son[a-z]+\s*=/) == nil, "\(path) has a handler")
            for script in text.matches(of: /<script([^>]*)>([^<]*)<\/script>/) {
                #expect(script.1.contains("src=\"/"), "a script without a file")
                #expect(script.2.isEmpty, "a script with text inside")
            }
        }
    }

    @Test("Scripts never parse data as markup or code", arguments: scriptPaths)
    func markup(path: String) throws {
        let text = try pageText(path)
        let forbidden = [
            "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
            "new Function", "DOMParser", "setAttribute(\"style\"", "cssText", "srcdoc",
        ]
        for word in forbidden { #expect(!text.contains(word), "\(path) uses \(word)") }
    }

    @Test("Every file that a file names is served", arguments: ["/"] + scriptPaths)
    func references(path: String) throws {
        let text = try pageText(path)
        let patterns = [
            /(?:src|href)="(\/[a-z-]+\.(?:js|css|svg))"/, /from "(\/[^"]+)"/,
        ]
        for match in patterns.flatMap({ text.matches(of: $0) }) {
            #expect(ConsoleFiles.file(path: String(match.1)) != nil, "\(path): no \(match.1)")
        }
    }

    @Test func `Every element that a script looks for is on the page, once`() throws {
        let page = try pageText("/")
        let ids = page.matches(of: /\sid="([^"]+)"/).map { String($0.1) }
        #expect(Set(ids).count == ids.count, "an id stands twice")
        for path in scriptPaths {
            for match in try pageText(path).matches(of: /(?:find|put)\("([^"]+)"/) {
                #expect(ids.contains(String(match.1)), "\(path): no element \(match.1)")
            }
        }
        for match in page.matches(of: /aria-labelledby="([^"]+)"/) {
            #expect(ids.contains(String(match.1)), "no element \(match.1)")
        }
    }
}
