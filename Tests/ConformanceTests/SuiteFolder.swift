import Conformance
import System

/// A temporary folder of suite files, removed with this object.
final class SuiteFolder {
    let path: String

    init(_ files: [(name: String, text: String)] = []) throws {
        path = try FileSystem.makeTemporaryFolder("kanglian-conformance-tests")
        for file in files { try write(file.name, file.text) }
    }

    deinit { try? FileSystem.removeTree(path) }

    func write(_ name: String, _ text: String) throws {
        let file = path + "/" + name
        try FileSystem.makeFolder(FileSystem.folder(of: file))
        try FileSystem.writeAtomically(file, Array(text.utf8))
    }

    func run(_ suite: ConformanceSuite, _ name: String = "") throws -> ConformanceReport {
        try Conformance.run(suite, path: name.isEmpty ? path : path + "/" + name) { _ in }
    }
}

extension ConformanceReport {
    /// Passed, failed, skipped.
    var counts: [Int] { [passed, failed, skipped] }
}

/// The shared data folder, which may be absent: `KANGLIAN_DATA`, else `../shared/data`.
enum TestData {
    static let folder: String? = {
        let package = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let folder = Environment.value("KANGLIAN_DATA") ?? "/\(package)/../shared/data"
        return FileSystem.isFolder(folder) ? folder : nil
    }()

    static var isPresent: Bool { folder != nil }
}
