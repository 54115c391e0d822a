/// One file of the first page.
package struct ConsoleFile: Sendable {
    package let contentType: String
    package let bytes: [UInt8]
}

/// The first page and what belongs to it, embedded in the program.
package enum ConsoleFiles {
    private static let files: [(path: String, contentType: String, bytes: [UInt8])] = [
        ("/", "text/html; charset=utf-8", PackageResources.index_html)
    ]

    /// The paths of all files.
    package static var paths: [String] { files.map(\.path) }

    /// The file at a path; nil when there is none.
    package static func file(path: String) -> ConsoleFile? {
        files.first { $0.path == path }.map {
            ConsoleFile(contentType: $0.contentType, bytes: $0.bytes)
        }
    }
}
