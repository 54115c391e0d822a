/// One file of the first page.
package struct ConsoleFile: Sendable {
    package let contentType: String
    package let bytes: [UInt8]

    /// Names this version of the bytes, quoted, as the `ETag` header carries it.
    ///
    /// FNV-1a of 64 bits and the length: it tells versions of our own files apart, and guards
    /// nothing.
    package let etag: String

    init(contentType: String, bytes: [UInt8]) {
        (self.contentType, self.bytes) = (contentType, bytes)
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        etag = "\"\(String(hash, radix: 16))-\(bytes.count)\""
    }
}

/// The first page and what belongs to it, embedded in the program.
///
/// The page works under a policy that allows nothing but its own origin: no inline script or
/// style, nothing from elsewhere.
package enum ConsoleFiles {
    private static let script = "text/javascript; charset=utf-8"

    private static let files: [(path: String, file: ConsoleFile)] = [
        ("/", "text/html; charset=utf-8", PackageResources.index_html),
        ("/console.css", "text/css; charset=utf-8", PackageResources.console_css),
        ("/console.js", script, PackageResources.console_js),
        ("/console-live.js", script, PackageResources.console_live_js),
        ("/console-strip.js", script, PackageResources.console_strip_js),
        ("/console-text.js", script, PackageResources.console_text_js),
        ("/console-view.js", script, PackageResources.console_view_js),
        ("/console-words.js", script, PackageResources.console_words_js),
        ("/favicon.svg", "image/svg+xml", PackageResources.favicon_svg),
    ].map { ($0, ConsoleFile(contentType: $1, bytes: $2)) }

    /// The paths of all files, the page itself first.
    package static var paths: [String] { files.map(\.path) }

    /// The file at a path; nil when there is none.
    package static func file(path: String) -> ConsoleFile? {
        files.first { $0.path == path }?.file
    }
}
