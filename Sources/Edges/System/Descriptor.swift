@preconcurrency import Glibc

/// Whole reads and writes on descriptors that are not files: pipes and streams.
enum Descriptor {
    /// Writes all bytes.
    static func write(_ bytes: [UInt8], to descriptor: Int32, place: String) throws(SystemError) {
        try bytes.withUnsafeBufferPointer { (bytes) throws(SystemError) in
            let buffer = UnsafeRawBufferPointer(bytes)
            var written = 0
            while written < buffer.count {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[written...])
                let result = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if result >= 0 {
                    written += result
                } else if errno != EINTR {
                    throw SystemError("write", place)
                }
            }
        }
    }

    /// What one read gives, at most 64 KiB; empty at the end, nil when there is nothing yet.
    static func readSome(_ descriptor: Int32, place: String) throws(SystemError) -> [UInt8]? {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
            var result = 0
            repeat {
                result = read(descriptor, buffer.baseAddress, buffer.count)
            } while result < 0
                && errno == EINTR
            if result < 0 { failure = errno }
            count = max(0, result)
        }
        if failure == EAGAIN { return nil }
        guard failure == 0 else { throw SystemError("read", place, code: failure) }
        return bytes
    }
}
