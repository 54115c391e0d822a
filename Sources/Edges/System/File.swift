import CLinux
@preconcurrency import Glibc

/// An open file; closed when the last reference goes, so that no call can meet a reused number.
package final class File: Sendable {
    /// How a file is opened.
    package enum Mode: Sendable {
        /// Reading only.
        case read
        /// Reading and writing an existing file.
        case update
        /// Reading and writing; emptied, or created with rights 0600.
        case create
        /// As `create`, but an error if it exists.
        case createNew
        /// Writing at the end; created with rights 0600.
        case append
    }

    package let path: String

    /// The descriptor; valid while this object lives.
    package let descriptor: Int32

    package init(_ path: String, _ mode: Mode) throws(SystemError) {
        let flags =
            switch mode {
            case .read: O_RDONLY
            case .update: O_RDWR
            case .create: O_RDWR | O_CREAT | O_TRUNC
            case .createNew: O_RDWR | O_CREAT | O_EXCL
            case .append: O_WRONLY | O_CREAT | O_APPEND
            }
        let descriptor = kl_open(path, flags, 0o600)
        guard descriptor >= 0 else { throw SystemError("open", path) }
        (self.path, self.descriptor) = (path, descriptor)
    }

    deinit { Glibc.close(descriptor) }

    /// The size in bytes.
    package func byteCount() throws(SystemError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemError("stat", path) }
        return Int(status.st_size)
    }

    /// Up to `count` bytes from `offset`; fewer only at the end of the file.
    package func read(at offset: Int, count: Int) throws(SystemError) -> [UInt8] {
        var failure: SystemError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let target = UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
                let result = pread(descriptor, target.baseAddress, target.count, offset + filled)
                if result > 0 {
                    filled += result
                } else if result == 0 {
                    return
                } else if errno != EINTR {
                    failure = SystemError("read", path)
                    return
                }
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Writes all bytes at `offset`.
    ///
    /// On an error some may have been written.
    package func write(_ bytes: [UInt8], at offset: Int) throws(SystemError) {
        try bytes.withUnsafeBufferPointer { (bytes) throws(SystemError) in
            let buffer = UnsafeRawBufferPointer(bytes)
            var written = 0
            while written < buffer.count {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[written...])
                let result = pwrite(descriptor, rest.baseAddress, rest.count, offset + written)
                if result >= 0 {
                    written += result
                } else if errno != EINTR {
                    throw SystemError("write", path)
                }
            }
        }
    }

    /// Writes all bytes at the current end or position.
    package func write(_ bytes: [UInt8]) throws(SystemError) {
        try Descriptor.write(bytes, to: descriptor, place: path)
    }

    /// Makes content and size durable (`fdatasync`).
    ///
    /// Never retry after an error: the bytes may be gone although the retry succeeds.
    package func sync() throws(SystemError) {
        guard fdatasync(descriptor) == 0 else { throw SystemError("sync", path) }
    }

    /// Makes everything on the file system durable (`syncfs`), other programs' files included.
    package func syncFileSystem() throws(SystemError) {
        guard kl_sync_file_system(descriptor) == 0 else { throw SystemError("sync", path) }
    }

    /// Reserves blocks for the first `byteCount` bytes and sets the size.
    package func allocate(_ byteCount: Int) throws(SystemError) {
        let result = posix_fallocate(descriptor, 0, byteCount)
        guard result == 0 else { throw SystemError("allocate", path, code: result) }
    }

    /// Sends a range to the device and waits, without any promise of durability.
    package func writeBack(at offset: Int, count: Int) throws(SystemError) {
        guard kl_write_back(descriptor, Int64(offset), Int64(count)) == 0 else {
            throw SystemError("write", path)
        }
    }
}
