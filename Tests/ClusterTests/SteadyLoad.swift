import Agent
import Base
import Ledger
import Sandbox
import Synchronization
import System

/// Clients that write without a pause, each to a node that answers, and remember what they were
/// told.
final class SteadyLoad: Sendable {
    private struct State {
        var acknowledged: [TransactionID] = []
        var isStopping = false
        var failures: Set<String> = []
    }

    private let state = Mutex(State())
    private let threads = Mutex<[System.Thread]>([])

    /// Starts clients over all nodes of a cluster.
    init(_ cluster: ClusterProcesses, clients: Int = 2, batch: Int = 8) throws {
        for client in 0..<clients {
            let signers = try (0..<cluster.options.nodes).map { try cluster.signer($0) }
            let thread = try System.Thread("client") { [self] in
                run(cluster, signers, client: client, batch: batch)
            }
            threads.withLock { $0.append(thread) }
        }
    }

    /// How many transactions were called final so far.
    var count: Int { state.withLock { $0.acknowledged.count } }

    /// Stops the clients.
    ///
    /// - Returns: every transaction that a node called final, and the codes of outright failures.
    func stop() -> (acknowledged: [TransactionID], failures: Set<String>) {
        state.withLock { $0.isStopping = true }
        let ending = threads.withLock { $0 }
        for thread in ending { thread.join() }
        return state.withLock { ($0.acknowledged, $0.failures) }
    }

    private func run(
        _ cluster: ClusterProcesses, _ signers: [Signer], client: Int, batch: Int
    ) {
        let random = SeededRandom(seed: UInt64(client) &+ 77)
        var turn = client
        while !state.withLock({ $0.isStopping }) {
            let node = turn % cluster.options.nodes
            turn += 1
            do {
                let port = cluster.port(node, as: nil)
                let head = try port.chain().height
                let transactions = try (0..<batch).map { _ in
                    try cluster.write(by: signers[node], head: head, random: random)
                }
                for verdict in try port.submit(transactions) {
                    note(verdict)
                }
            } catch {
                // The node is down, cut off or busy: another one takes the next batch.
                SystemClock.sleep(
                    untilMonotonic: SystemClock.monotonicNanoseconds + 50_000_000)
            }
        }
    }

    private func note(_ verdict: TransactionVerdict) {
        state.withLock { state in
            switch verdict.outcome {
            case .final(_, _, failure: nil): state.acknowledged.append(verdict.id)
            case .final(_, _, let failure?): state.failures.insert(failure.code)
            case .refused, .received: break
            }
        }
    }
}
