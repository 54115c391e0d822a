import Base
import System

/// Reading and writing files for commands, with errors that say what to do.
enum Files {
    static func read(_ path: String, limit: Int) throws(CommandError) -> [UInt8] {
        do throws(SystemError) {
            return try FileSystem.read(path, limit: limit)
        } catch {
            throw CommandError(.notFound, error.refusal)
        }
    }

    static func write(
        _ bytes: [UInt8], to path: String, permissions: UInt32 = 0o644
    ) throws(CommandError) {
        do throws(SystemError) {
            try FileSystem.writeAtomically(path, bytes)
            try FileSystem.setPermissions(path, permissions)
        } catch {
            throw CommandError(.unavailable, error.refusal)
        }
    }
}
