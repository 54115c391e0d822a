import Base
@preconcurrency import Glibc
import System

/// A file of a suite.
struct SuiteFile: Hashable, Sendable {
    /// The path below the folder that was named, with `/` between its parts.
    let name: String
    let path: String

    /// The name without folders.
    var lastName: String { String(name.split(separator: "/").last ?? "") }
}

/// The files that a path leads to; an archive is unpacked for as long as this lives.
struct SuiteSource {
    /// Files of one suite.
    static let fileLimit = 100_000
    /// Folders within folders.
    static let depthLimit = 16
    /// How long `tar` may take.
    private static let unpackMilliseconds: UInt64 = 120_000

    private let path: String
    private let unpacked: String?

    init(_ path: String, suite: ConformanceSuite) throws(Refusal) {
        guard FileSystem.exists(path) else {
            throw Refusal(
                "conformance.missing",
                "There is nothing at \(path). Check the path to the suite.",
                "\(path) 不存在。请检查测试套件的路径。")
        }
        let isArchive = [".tar", ".tar.xz", ".tar.gz", ".tar.bz2", ".tgz", ".txz"]
            .contains { path.lowercased().hasSuffix($0) }
        guard isArchive, !FileSystem.isFolder(path) else {
            (self.path, unpacked) = (path, nil)
            return
        }
        let folder = try Self.worded { () throws(SystemError) in
            try FileSystem.makeTemporaryFolder("kanglian-conformance")
        }
        do throws(Refusal) {
            try Self.unpack(path, into: folder)
        } catch {
            try? FileSystem.removeTree(folder)
            throw error
        }
        (self.path, unpacked) = (folder, folder)
    }

    /// Removes what was unpacked.
    func close() {
        if let unpacked { try? FileSystem.removeTree(unpacked) }
    }

    private static func unpack(_ archive: String, into folder: String) throws(Refusal) {
        let result = try worded { () throws(SystemError) in
            try ProcessRunner.run(
                [
                    "tar", "--no-same-owner", "--no-same-permissions", "-xf", archive, "-C",
                    folder,
                ], milliseconds: unpackMilliseconds)
        }
        guard result.end == .exited(0) else {
            throw Refusal(
                "conformance.archive",
                "tar cannot unpack \(archive). Unpack it yourself and name the folder.",
                "tar 无法解开 \(archive)。请自行解包后指定文件夹。")
        }
    }

    private static func worded<Value>(
        _ body: () throws(SystemError) -> Value
    ) throws(Refusal) -> Value {
        do throws(SystemError) { return try body() } catch { throw error.refusal }
    }

    // MARK: Files

    /// Every ordinary file, in the order of the names; hidden ones are left out.
    func files(_ tally: inout Tally) throws(Refusal) -> [SuiteFile] {
        guard FileSystem.isFolder(path) else {
            let name = String(path.split(separator: "/").last ?? "")
            return [SuiteFile(name: name, path: path)]
        }
        var files: [SuiteFile] = []
        do throws(SystemError) {
            try collect(path, "", depth: 0, &files, &tally)
        } catch { throw error.refusal }
        return files
    }

    private func collect(
        _ folder: String, _ prefix: String, depth: Int, _ files: inout [SuiteFile],
        _ tally: inout Tally
    ) throws(SystemError) {
        for name in try FileSystem.list(folder) where !name.hasPrefix(".") {
            let file = SuiteFile(name: prefix + name, path: folder + "/" + name)
            guard files.count < Self.fileLimit else {
                tally.skip(prefix, "more than \(Self.fileLimit) files in the suite")
                return
            }
            switch Self.kind(file.path) {
            case .file: files.append(file)
            case .folder where depth < Self.depthLimit:
                try collect(file.path, file.name + "/", depth: depth + 1, &files, &tally)
            case .folder: tally.skip(file.name, "folders are nested too deeply")
            case .other: tally.skip(file.name, "neither a file nor a folder")
            }
        }
    }

    private enum Kind { case file, folder, other }

    /// Links to folders are not followed: they may lead in circles or out of the suite.
    private static func kind(_ path: String) -> Kind {
        var status = stat()
        guard lstat(path, &status) == 0 else { return .other }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: return .folder
        case S_IFREG: return .file
        case S_IFLNK:
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                return .other
            }
            return .file
        default: return .other
        }
    }
}

extension SuiteFile {
    /// Bytes of a file that is read whole.
    static let byteLimit = 256 << 20

    /// The whole file; a failure, already counted, gives nil.
    func read(_ tally: inout Tally) -> [UInt8]? {
        do throws(SystemError) {
            return try FileSystem.read(path, limit: Self.byteLimit)
        } catch {
            tally.fail(name, "cannot be read: \(error.reason)")
            return nil
        }
    }
}
