@preconcurrency import Glibc
import Testing

/// The guide for writers of modules shows the very files that are compiled and run here.
@Suite("The guide to writing a module")
struct GuideTests {
    private static let root =
        "/"
        + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    private static func read(_ path: String) throws -> String {
        let file = try #require(fopen("\(root)/\(path)", "rb"), "\(path) is missing")
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
            bytes.append(contentsOf: buffer[..<count])
        }
        return try #require(String(validating: bytes, as: UTF8.self))
    }

    /// The Swift blocks of the guide, each with the file that the line above it names.
    private static func blocks() throws -> [(file: String, code: String)] {
        var blocks: [(file: String, code: String)] = []
        var title = ""
        var code: [Substring]?
        for line in try read("docs/guides/write-a-module.md").split(
            separator: "\n", omittingEmptySubsequences: false)
        {
            if let lines = code {
                guard line == "```" else {
                    code = lines + [line]
                    continue
                }
                blocks.append((title, lines.joined(separator: "\n") + "\n"))
                code = nil
            } else if line == "```swift" {
                code = []
            } else if line.hasPrefix("`"), line.hasSuffix("`:") {
                title = String(line.dropFirst().dropLast(2))
            }
        }
        #expect(code == nil, "a block does not end")
        return blocks
    }

    @Test("shows every file of the sample, character by character")
    func equalsFiles() throws {
        let blocks = try Self.blocks()
        #expect(
            blocks.map(\.file) == [
                "AppointmentsState.swift", "AppointmentsRefusal.swift",
                "AppointmentsContract.swift", "AppointmentsTests.swift",
            ])
        for (file, code) in blocks {
            let text = try Self.read("Tests/LedgerTests/\(file)")
            #expect(code == text, "the guide's \(file) differs from the file that is tested")
        }
    }
}
