import Synchronization
import System

/// A real PostgreSQL server with an empty database, reached over a socket in its own folder.
///
/// It ends with the object, and so does its folder. PostgreSQL refuses to run as root: then it runs
/// as the user that Debian's package makes.
package final class PostgresServer: Sendable {
    /// Whether PostgreSQL's server is on this machine.
    package static var isInstalled: Bool { programs != nil }

    /// How long the server may take to get ready, on a machine that is busy with other things.
    private static let patienceNanoseconds: UInt64 = 60_000_000_000
    private static let user = "postgres"

    package let folder: String
    private let process = Mutex<ChildProcess?>(nil)

    /// Makes a cluster of databases, starts the server and waits until it answers.
    package init() throws(RehearsalError) {
        guard let programs = Self.programs else { throw .missing(program: "postgresql") }
        do throws(SystemError) {
            folder = try FileSystem.makeTemporaryFolder("kanglian-postgres")
        } catch {
            throw .system(error)
        }
        if Environment.isRoot { try Tool.run(["chown", "\(Self.user):", folder]) }
        try Tool.run(
            Self.asUser([
                "\(programs)/initdb", "-D", "\(folder)/data", "-U", Self.user, "-A", "trust",
                "-E", "UTF8", "--locale=C", "--no-sync",
            ]))
        try start()
    }

    deinit {
        kill()
        try? FileSystem.removeTree(folder)
    }

    /// How libpq connects.
    ///
    /// Who can open the folder needs no password.
    package var conninfo: String { "host=\(folder) user=\(Self.user) dbname=postgres" }

    /// Starts the server, and waits until it answers.
    package func start() throws(RehearsalError) {
        guard let programs = Self.programs else { throw .missing(program: "postgresql") }
        let log = "\(folder)/log"
        do throws(SystemError) {
            let started = try ChildProcess(
                Self.asUser([
                    "\(programs)/postgres", "-D", "\(folder)/data", "-k", folder, "-c",
                    "listen_addresses=", "-c", "shared_buffers=64MB", "-c", "fsync=off",
                ]), output: .file(log), errors: .file(log))
            process.withLock { $0 = started }
        } catch {
            throw .system(error)
        }
        let deadline = SystemClock.monotonicNanoseconds + Self.patienceNanoseconds
        while SystemClock.monotonicNanoseconds < deadline {
            if (try? Tool.run(["\(programs)/pg_isready", "-q", "-h", folder])) != nil { return }
            // Waits for its end, which would be too early, or for the next try.
            let running = process.withLock { $0 }
            guard let running, running.wait(milliseconds: 20) == nil else { break }
        }
        let text = (try? FileSystem.read(log, limit: 1 << 20)) ?? []
        throw .notReady(
            name: "postgres", log: String(decoding: text.suffix(500), as: UTF8.self))
    }

    /// Ends the server at once, as a crash would.
    package func kill() {
        let running = process.withLock { process in
            defer { process = nil }
            return process
        }
        running?.kill()
        // Its processes notice that it is gone, and let the shared memory go.
        _ = running?.wait(milliseconds: 5000)
    }

    private static func asUser(_ command: [String]) -> [String] {
        guard Environment.isRoot else { return command }
        return [
            "setpriv", "--reuid=\(user)", "--regid=\(user)", "--init-groups", "--",
        ] + command
    }

    /// The folder of the newest server's programs.
    private static let programs: String? = {
        let root = "/usr/lib/postgresql"
        let versions = ((try? FileSystem.list(root)) ?? []).compactMap { Int($0) }.sorted()
        return versions.last.map { "\(root)/\($0)/bin" }
    }()
}
