@preconcurrency import Glibc

/// The shared data folder, which may be absent: `KANGLIAN_DATA`, else `../shared/data`.
enum TestData {
    static let folder: String? = {
        let given = getenv("KANGLIAN_DATA").map { String(cString: $0) }
        let package = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let folder = given ?? "/\(package)/../shared/data"
        return access(folder, R_OK) == 0 ? folder : nil
    }()

    static var isPresent: Bool { folder != nil }

    /// The paths of a folder's files, sorted; empty when there are none.
    static func files(in path: String, suffix: String) -> [String] {
        guard let folder, let directory = opendir("\(folder)/\(path)") else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(suffix) { names.append("\(folder)/\(path)/\(name)") }
        }
        return names.sorted()
    }

    /// The bytes of a file; nil when it cannot be read.
    static func read(_ path: String) -> [UInt8]? { output(of: "cat '\(path)'") }

    /// What a `.bz2` file holds; nil when it cannot be decompressed.
    static func decompressed(_ path: String) -> [UInt8]? { output(of: "bzcat '\(path)'") }

    /// The regular files of a `.tar.xz` archive, by name; nil when it cannot be unpacked.
    static func archive(_ path: String) -> [(name: String, bytes: [UInt8])]? {
        guard let folder, let bytes = output(of: "xzcat '\(folder)/\(path)'") else { return nil }
        return TarReader.files(in: bytes)
    }

    private static func output(of command: String) -> [UInt8]? {
        guard let pipe = popen(command, "r") else { return nil }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, pipe), count > 0 {
            bytes.append(contentsOf: buffer[..<count])
        }
        return pclose(pipe) == 0 ? bytes : nil
    }
}

/// Reads the files of a tar archive (POSIX.1-1988 `ustar`), as far as our test data needs it.
enum TarReader {
    static func files(in archive: [UInt8]) -> [(name: String, bytes: [UInt8])] {
        func text(_ range: Range<Int>) -> String {
            String(decoding: archive[range].prefix { $0 != 0 }, as: UTF8.self)
        }
        var files: [(name: String, bytes: [UInt8])] = []
        var offset = 0
        while offset + 512 <= archive.count, archive[offset] != 0 {
            let digits = text(offset + 124..<offset + 136).filter(\.isNumber)
            let count = Int(digits, radix: 8) ?? 0
            let start = offset + 512
            guard start + count <= archive.count else { break }
            if archive[offset + 156] == UInt8(ascii: "0") || archive[offset + 156] == 0 {
                files.append((text(offset..<offset + 100), Array(archive[start..<start + count])))
            }
            offset = start + (count + 511) / 512 * 512
        }
        return files
    }
}
