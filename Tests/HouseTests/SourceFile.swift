import Foundation

/// A text file of the repository, by its path from the root.
struct SourceFile: Sendable {
    let path: String
    let text: String

    /// Lines without their ends.
    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

    var isSwift: Bool { path.hasSuffix(".swift") }
    var isMarkdown: Bool { path.hasSuffix(".md") }

    /// The floor and room of a Swift file under `Sources/<floor>/<room>/`.
    var room: (floor: String, name: String)? {
        let parts = path.split(separator: "/")
        guard isSwift, parts.count >= 4, parts[0] == "Sources" else { return nil }
        return (String(parts[1]), String(parts[2]))
    }
}

/// Everything in the working tree that a person wrote.
enum Repository {
    /// The folder that holds Package.swift.
    static let root: URL = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static let ignoredFolders: Set<String> = [
        ".build", ".git", ".venv", "zone", "fuzz-findings", "__pycache__",
    ]
    private static let textEndings: Set<String> = [
        "swift", "md", "c", "h", "js", "css", "html", "sh", "py", "txt", "json", "modulemap",
        "service", "",
    ]

    /// All text files, in the order of their paths.
    static let files: [SourceFile] = {
        var files: [SourceFile] = []
        func walk(_ folder: String) {
            let names =
                (try? FileManager.default.contentsOfDirectory(atPath: url(folder).path)) ?? []
            for name in names.sorted() where !ignoredFolders.contains(name) {
                let path = folder.isEmpty ? name : "\(folder)/\(name)"
                if isFolder(path) {
                    walk(path)
                } else if textEndings.contains(url(path).pathExtension),
                    let text = try? String(contentsOf: url(path), encoding: .utf8)
                {
                    files.append(SourceFile(path: path, text: text))
                }
            }
        }
        walk("")
        return files
    }()

    static func url(_ path: String) -> URL { root.appendingPathComponent(path) }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: url(path).path)
    }

    static func file(_ path: String) -> SourceFile? { files.first { $0.path == path } }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: url(path).path, isDirectory: &isFolder)
            && isFolder.boolValue
    }
}
