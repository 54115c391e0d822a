import System

/// The built program, which stands beside the test bundle.
enum Program {
    static let folder: String = {
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
        return FileSystem.folder(of: bundle ?? CommandLine.arguments[0])
    }()

    static let path = folder + "/kanglian"

    /// The package's folder.
    static let repository: String = {
        var folder = #filePath
        for _ in 0..<3 { folder = FileSystem.folder(of: folder) }
        return folder
    }()

    /// Our environment without Kanglian's settings, with the program on `PATH` and these besides.
    static func environment(_ extra: [String] = []) -> [String] {
        let names = ["KANGLIAN_", "PATH=", "LANG=", "LC_ALL="]
        let kept = Environment.all.filter { entry in !names.contains { entry.hasPrefix($0) } }
        let search = "PATH=\(folder):\(Environment.value("PATH") ?? "/usr/bin:/bin")"
        return kept + ["LANG=C.UTF-8", search] + extra
    }
}
