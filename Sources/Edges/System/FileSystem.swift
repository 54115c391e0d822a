@preconcurrency import Glibc

/// Whole-file and folder operations.
package enum FileSystem {
    /// The bytes of a file of at most `limit` bytes; a larger one is an error with code `EFBIG`.
    package static func read(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
        let file = try File(path, .read)
        let count = try file.byteCount()
        guard count <= limit else { throw SystemError("read", path, code: EFBIG) }
        guard count == 0 else { return try file.read(at: 0, count: count) }
        // Files of /proc say that they are empty.
        var bytes: [UInt8] = []
        while case let piece = try file.read(at: bytes.count, count: 1 << 16), !piece.isEmpty {
            bytes += piece
            guard bytes.count <= limit else { throw SystemError("read", path, code: EFBIG) }
        }
        return bytes
    }

    /// Replaces a file durably: readers and a crash see the old bytes or the new ones.
    ///
    /// The file has the rights 0600. Its folder must exist.
    package static func writeAtomically(
        _ path: String, _ bytes: [UInt8]
    ) throws(SystemError) {
        let temporary = "\(path).\(getpid()).new"
        do throws(SystemError) {
            let file = try File(temporary, .create)
            try file.write(bytes, at: 0)
            try file.sync()
            try rename(temporary, to: path)
            try syncFolder(folder(of: path))
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// Renames a file, replacing the target; durable after `syncFolder`.
    package static func rename(_ source: String, to target: String) throws(SystemError) {
        guard Glibc.rename(source, target) == 0 else { throw SystemError("rename", target) }
    }

    /// Removes a file; no error if it is absent.
    package static func removeFile(_ path: String) throws(SystemError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw SystemError("remove", path) }
    }

    /// Removes a folder and all it holds, without following links; no error if it is absent.
    package static func removeTree(_ path: String) throws(SystemError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            guard errno == ENOENT else { throw SystemError("stat", path) }
            return
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { return try removeFile(path) }
        for name in try list(path) { try removeTree("\(path)/\(name)") }
        guard rmdir(path) == 0 else { throw SystemError("remove", path) }
    }

    /// Makes a folder with rights 0700, and those above it, durably; no error if it exists.
    package static func makeFolder(_ path: String) throws(SystemError) {
        guard !isFolder(path) else { return }
        let parent = folder(of: path)
        if parent != path, !isFolder(parent) { try makeFolder(parent) }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw SystemError("make-folder", path)
        }
        try syncFolder(parent)
    }

    /// Makes the names in a folder durable.
    package static func syncFolder(_ path: String) throws(SystemError) {
        let folder = try File(path, .read)
        guard fsync(folder.descriptor) == 0 else { throw SystemError("sync", path) }
    }

    /// The names in a folder, ascending by bytes, without `.` and `..`.
    package static func list(_ path: String) throws(SystemError) -> [String] {
        guard let folder = opendir(path) else { throw SystemError("list", path) }
        defer { closedir(folder) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(folder) else { break }
            let capacity = MemoryLayout.size(ofValue: entry.pointee.d_name)
            let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
                field.withMemoryRebound(to: CChar.self, capacity: capacity) {
                    String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw SystemError("list", path) }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Whether there is a file, folder or anything else at a path.
    package static func exists(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0
    }

    /// Whether there is a folder at a path.
    package static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The size of a file in bytes.
    package static func byteCount(_ path: String) throws(SystemError) -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else { throw SystemError("stat", path) }
        return Int(status.st_size)
    }

    /// The permission bits, such as 0o600.
    package static func permissions(_ path: String) throws(SystemError) -> UInt32 {
        var status = stat()
        guard stat(path, &status) == 0 else { throw SystemError("stat", path) }
        return status.st_mode & 0o7777
    }

    /// Sets the permission bits.
    package static func setPermissions(_ path: String, _ bits: UInt32) throws(SystemError) {
        guard chmod(path, bits) == 0 else { throw SystemError("permissions", path) }
    }

    /// Makes a new empty folder under `TMPDIR` or `/tmp`; the caller removes it.
    package static func makeTemporaryFolder(_ name: String) throws(SystemError) -> String {
        let parent = Environment.value("TMPDIR") ?? "/tmp"
        var template = Array("\(parent)/\(name).XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError("make-folder", parent) }
        return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// The folder part of a path; `.` when there is none.
    package static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
