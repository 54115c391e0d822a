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

    /// The bytes of a file below the folder; nil when it cannot be read.
    static func read(_ path: String) -> [UInt8]? {
        guard let folder, let file = fopen("\(folder)/\(path)", "rb") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
            bytes.append(contentsOf: buffer[..<count])
        }
        return bytes
    }
}
