@preconcurrency import Glibc

/// A file that is written piece by piece and takes its name only when it is whole.
///
/// The bytes go beside the target; ``commit()`` makes them durable and puts them in its place, so
/// that readers and a crash see the old file or the new one. Without it they are removed when the
/// object goes. The file has the rights 0600; its folder must exist.
package final class ReplacingFile {
    package let path: String
    private let temporary: String
    private let file: File
    private var isCommitted = false

    package init(_ path: String) throws(SystemError) {
        (self.path, temporary) = (path, "\(path).\(getpid()).new")
        file = try File(temporary, .create)
    }

    deinit {
        if !isCommitted { unlink(temporary) }
    }

    /// Adds bytes at the end.
    package func write(_ bytes: [UInt8]) throws(SystemError) { try file.write(bytes) }

    /// Puts the file in place, durably; nothing may be written afterwards.
    package func commit() throws(SystemError) {
        try file.sync()
        try FileSystem.rename(temporary, to: path)
        isCommitted = true
        try FileSystem.syncFolder(FileSystem.folder(of: path))
    }
}

/// Standard output as a place for bytes rather than lines.
package enum StandardOutput {
    /// Writes all bytes.
    package static func write(_ bytes: [UInt8]) throws(SystemError) {
        try Descriptor.write(bytes, to: STDOUT_FILENO, place: "standard output")
    }
}
