package import Ordering
import Synchronization
import System

/// An ordering engine over an existing etcd cluster, by its JSON gateway.
///
/// Every node uses the cluster on its own; nobody holds a lock in it. What etcd answers is bounded
/// and read strictly, and believed no more than any engine is. When a member fails, the others are
/// asked; when all do, appends fail after a while and following goes on once they are back.
package final class EtcdOrdering: OrderingEngine {
    private let connection: EtcdConnection
    private let courier: Courier
    private let appender: Appender
    private let follower: Follower
    private let keeper: Keeper

    /// The threads that use the cluster, then the one that makes calls.
    private let threads: Mutex<(users: [Thread], courier: Thread?)>

    /// Starts its threads; nobody is asked before this returns.
    ///
    /// Keeps the receiver until closed.
    package init(_ settings: EtcdSettings, receiver: any OrderingReceiver) throws(EtcdSetupError) {
        try settings.check()
        let courier = Courier(receiver: receiver)
        let board = HealthBoard(quotaByteCount: settings.quotaByteCount) { health in
            courier.call { receiver.engineChanged(health) }
        }
        let connection = EtcdConnection(settings, lifetime: Lifetime(), board: board)
        let keys = EtcdKeys(chain: settings.chain)
        let appender = Appender(connection, keys: keys, courier: courier)
        let follower = Follower(connection, keys: keys, courier: courier)
        let keeper = Keeper(connection, keys: keys, follower: follower)
        (self.connection, self.courier) = (connection, courier)
        (self.appender, self.follower, self.keeper) = (appender, follower, keeper)
        threads = Mutex(([], nil))
        do throws(SystemError) {
            let caller = try Thread("etcd-calls") { courier.run() }
            threads.withLock { $0.courier = caller }
            try start("etcd-follow") { follower.run() }
            try start("etcd-keep") { keeper.run() }
            for _ in 0..<settings.appenderCount { try start("etcd-append") { appender.run() } }
        } catch {
            close()
            throw .noThread(error.reason)
        }
    }

    private func start(
        _ name: String, _ body: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        let thread = try Thread(name, body)
        threads.withLock { $0.users.append(thread) }
    }

    /// An engine that was not closed ends by itself.
    deinit {
        stop()
        courier.finish()
    }

    package var recordByteCountMax: Int { connection.settings.recordByteCountMax }

    package func append(
        _ record: [UInt8], at position: EnginePosition,
        completion: @escaping @Sendable (Result<AppendOutcome, OrderingError>) -> Void
    ) {
        appender.append(record, at: position, completion: completion)
    }

    package func follow(stream: UInt64, from sequence: UInt64) {
        connection.board.found(nil)
        follower.follow(from: EnginePosition(stream: stream, sequence: sequence))
    }

    package func release(through position: EnginePosition) { keeper.release(through: position) }

    package var health: EngineHealth { connection.board.health }

    package func close() {
        precondition(!courier.isCalling, "an engine is not closed by what it calls")
        stop()
        let ending = threads.withLock { threads in
            defer { threads = ([], nil) }
            return threads
        }
        for thread in ending.users { thread.join() }
        courier.finish()
        ending.courier?.join()
    }

    /// Lets every thread end by itself.
    private func stop() {
        connection.board.close()
        connection.lifetime.close()
        follower.close()
        keeper.close()
        courier.refuseRecords()
        appender.close()
    }
}
