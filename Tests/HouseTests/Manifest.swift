import Foundation

/// The targets of Package.swift, as SwiftPM itself understands it.
struct Manifest: Sendable {
    struct Target: Hashable, Sendable {
        let name: String
        let path: String
        let isTest: Bool
        let dependencies: [String]

        /// The floor by the folder, from 0 for C libraries to 6 for the doors; nil for tests.
        var floor: Int? { Manifest.floorFolders.firstIndex { path.hasPrefix("Sources/\($0)/") } }
    }

    static let floorFolders = ["C", "Ground", "Ledger", "Edges", "Modules", "Assembly", "Doors"]

    let targets: [Target]

    /// The targets that are not tests.
    var rooms: [Target] { targets.filter { !$0.isTest } }

    /// Runs `swift package dump-package`, beside a `swift test` that holds the usual build folder.
    static let current: Result<Manifest, any Error> = Result { try load() }

    private static func load() throws -> Manifest {
        let scratch = FileManager.default.temporaryDirectory
            .appendingPathComponent("kanglian-house-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: scratch) }
        let process = Process()
        process.executableURL = Repository.url("scripts/swift")
        process.arguments = [
            "package", "--package-path", Repository.root.path, "--scratch-path", scratch.path,
            "dump-package",
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return try Manifest(json: data)
    }

    /// Reads what `dump-package` prints.
    init(json: Data) throws {
        let dump = try JSONDecoder().decode(Dump.self, from: json)
        targets = dump.targets.map { target in
            Target(
                name: target.name, path: target.path ?? "", isTest: target.type == "test",
                dependencies: target.dependencies.compactMap { $0.byName?.first ?? nil })
        }
    }

    init(targets: [Target]) { self.targets = targets }
}

private struct Dump: Decodable {
    struct Target: Decodable {
        let name: String
        let path: String?
        let type: String
        let dependencies: [Dependency]
    }

    struct Dependency: Decodable {
        /// The name, then a condition that we do not use.
        let byName: [String?]?
    }

    let targets: [Target]
}
