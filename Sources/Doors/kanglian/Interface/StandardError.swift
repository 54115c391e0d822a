@preconcurrency import Glibc

/// The stream for remarks and progress.
enum StandardError {
    /// Writes text; a closed stream is no reason to stop.
    static func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
