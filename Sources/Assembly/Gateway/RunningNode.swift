import Ledger
import Base
package import HTTPServer
package import Node
import System

/// A node with its door: locked folder, open disks, threads, server; and the way down again.
package final class RunningNode: Sendable {
    /// Seconds that requests under way get when the node stops.
    private static let graceSeconds = 5

    package let node: Node
    package let server: HTTPServer
    private let folder: NodeFolder
    private let lock: FolderLock
    private let log: NodeLog
    private let scheme: String
    private let address: String
    private let asked = Wakeup()

    /// Opens the folder and serves it.
    package init(
        folder: NodeFolder, server configuration: HTTPServerConfiguration, logFile: String?,
        pages: [GatewayPage] = [], snapshotInterval: UInt64 = 0
    ) throws {
        lock = try FolderLock(folder.path)
        log = try NodeLog(file: logFile)
        self.folder = folder
        var own = try folder.configuration(logger: log.logger)
        own.upkeep?.snapshotInterval = snapshotInterval
        node = try Node(
            configuration: own,
            storage: NodeFolder.openStorage(folder.path))
        let gateway = Gateway(node: node, log: log, pages: pages)
        do {
            server = try HTTPServer(configuration: configuration, handler: gateway)
        } catch {
            node.shutdown()
            throw error
        }
        scheme = configuration.identity == nil ? "http" : "https"
        address =
            configuration.address.contains(":")
            ? "[\(configuration.address)]" : configuration.address
        log.started(port: server.port, height: node.head.height)
        try folder.announce(url)
    }

    /// Where the server answers.
    package var url: String { "\(scheme)://\(address):\(server.port)" }

    /// Sleeps until SIGINT or SIGTERM.
    package func waitForSignal() {
        let waiting = try? SignalWait { [asked] _ in asked.raise() }
        asked.sleep()
        waiting?.stop()
    }

    /// Stops accepting, finishes what was accepted, and makes everything durable.
    package func stop() {
        folder.withdrawAddress()
        server.shutdown(gracePeriodSeconds: Self.graceSeconds)
        node.shutdown()
        log.stopped(height: node.head.height)
        lock.release()
    }
}
