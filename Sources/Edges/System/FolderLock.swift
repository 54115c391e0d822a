@preconcurrency import Glibc

/// Holds a folder for this process alone, until released or the process ends.
///
/// The lock is `flock` on the file `lock` in the folder, so that a crash leaves nothing behind.
package final class FolderLock: Sendable {
    private let file: File

    /// Takes the lock at once; an error with `isLocked` when another process has it.
    package init(_ folder: String) throws(SystemError) {
        let path = "\(folder)/lock"
        file = try File(path, FileSystem.exists(path) ? .update : .create)
        guard flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw SystemError("lock", folder)
        }
    }

    /// Gives the folder free; also happens when the object goes.
    package func release() { flock(file.descriptor, LOCK_UN) }
}
