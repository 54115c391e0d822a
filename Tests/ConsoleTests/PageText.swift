import Console
import Testing

/// The scripts of the page.
let scriptPaths = ConsoleFiles.paths.filter { $0.hasSuffix(".js") }

/// The text of one file of the page.
func pageText(_ path: String) throws -> String {
    let file = try #require(ConsoleFiles.file(path: path))
    return try #require(String(validating: file.bytes, as: UTF8.self))
}
