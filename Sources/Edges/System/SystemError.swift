package import Base
import CLinux
@preconcurrency import Glibc

/// A failed call to the operating system.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The call, such as `open`.
    package let operation: String

    /// What it was about: a path or the name of a command.
    package let place: String

    /// The value of `errno`; 0 when a limit of ours was exceeded.
    package let code: Int32

    package init(_ operation: String, _ place: String, code: Int32) {
        (self.operation, self.place, self.code) = (operation, place, code)
    }

    /// The error of the call that just failed.
    init(_ operation: String, _ place: String) { self.init(operation, place, code: errno) }

    /// No space, no quota, or a file beyond its limit.
    package var isFull: Bool { code == ENOSPC || code == EDQUOT || code == EFBIG }

    /// No such file or folder.
    package var isMissing: Bool { code == ENOENT }

    /// Missing rights, a read-only mount, or something of the wrong kind.
    package var isDenied: Bool {
        [EACCES, EPERM, EROFS, ENOENT, ENOTDIR, EISDIR].contains(code)
    }

    /// Someone else holds the lock.
    package var isLocked: Bool { code == EWOULDBLOCK }

    /// The operating system's word for the code, such as `No space left on device`.
    package var reason: String {
        guard code != 0 else { return "limit exceeded" }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            guard let start = buffer.baseAddress, let text = kl_error_text(code, start, 128) else {
                return "error \(code)"
            }
            return String(cString: text)
        }
    }

    package var description: String { "\(operation) \(place): \(reason)" }

    /// What a person is told.
    package var refusal: Refusal {
        Refusal(
            "system.\(operation)",
            "\(operation) failed at \(place): \(reason). Check the path, its rights and the disk.",
            "在 \(place) 执行 \(operation) 失败：\(reason)。请检查路径、权限和磁盘。")
    }
}
