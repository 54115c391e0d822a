import Agent
import Base
import ContractKit
import Cryptography
package import Encoding
import FHIRModel
import Ledger
import Membership
import Keys
import Node
import Ordering
import OrderingEtcd
import Records
import Rehearsal
import Sandbox
import Storage
import Synchronization
import System

/// `bench cluster`: commitments to finality among validators that order by etcd, on one machine.
///
/// All nodes run in this process, each with its own disks, links over loopback and etcd client, so
/// that the share of each part is known by its threads; etcd's members are processes of their own.
package struct ClusterBenchmark: Sendable {
    /// What to run; the defaults are the published workload.
    package struct Plan: Sendable {
        package var seed: UInt64 = 20_261_125
        package var nodes = 4
        package var etcd = 3
        /// Transactions of each throughput round, over all nodes.
        package var transactions = 40_000
        package var rounds = 3
        /// Transactions at half load.
        package var pacedTransactions = 20_000
        package var engineRecords = 2_000
        package var cores = 2

        package init() {}

        /// A short run for tests: the same path, small numbers.
        package static var smoke: Plan {
            var plan = Plan()
            (plan.etcd, plan.transactions, plan.rounds) = (1, 400, 1)
            (plan.pacedTransactions, plan.engineRecords) = (100, 50)
            return plan
        }
    }

    private let plan: Plan
    private let folder: String
    private let progress: @Sendable (String) -> Void

    package init(plan: Plan, folder: String, progress: @escaping @Sendable (String) -> Void) {
        (self.plan, self.folder, self.progress) = (plan, folder, progress)
    }

    package func run() throws -> JSONValue {
        progress("machine")
        let limits = try MachineLimits.measure(
            folder: folder, cores: plan.cores, random: SystemRandom())
        progress("single node")
        let single = try singleNode()
        progress("etcd")
        var options = EtcdCluster.Options()
        (options.memberCount, options.folder) = (plan.etcd, folder + "/etcd")
        let etcd = try EtcdCluster(options)
        defer { etcd.stopAll() }
        let puts = try putRate(etcd.endpoints)
        progress("nodes")
        let cluster = try BenchCluster(
            folder: folder + "/zone", nodes: plan.nodes, endpoints: etcd.endpoints,
            seed: plan.seed)
        defer { cluster.stop() }
        try cluster.found()
        _ = try cluster.round(plan.transactions / 8)
        var rates: [Int] = []
        let before = ThreadTimes.now
        for round in 0..<plan.rounds {
            progress("round \(round + 1) of \(plan.rounds)")
            rates.append(try cluster.round(plan.transactions))
        }
        let shares = ThreadTimes.now.shares(since: before)
        let rate = rates.sorted()[rates.count / 2]
        let blocks = cluster.height
        progress("half load")
        let sample = LatencySample()
        let writes = try cluster.pace(plan.pacedTransactions, perSecond: rate / 2, into: sample)
        let hash = try cluster.resultHash(writes)
        return [
            "benchmark": "cluster",
            "transactions_per_second": .integer(rate),
            "signature_checks_per_second": .integer(limits.signatureChecksPerSecond),
            "ratio": Ratio.text(plan.nodes * rate, limits.signatureChecksPerSecond),
            "final_p50_ms": Ratio.text(sample.percentile(50), 1000),
            "final_p99_ms": Ratio.text(sample.percentile(99), 1000),
            "single_node_transactions_per_second": .integer(single),
            "engine_puts_per_second": .integer(puts),
            "syncs_per_second": .integer(limits.syncsPerSecond),
            "nodes": .integer(plan.nodes),
            "etcd_members": .integer(plan.etcd),
            "blocks": .integer(blocks),
            "processor_share": .object(
                shares.map { JSONMember($0.name, Ratio.text($0.nanoseconds, $0.total)) }),
            "peak_rss_mib": .integer(ResourceUse.current.peakResidentBytes >> 20),
            "seed": .integer(plan.seed),
            "machine": .string(MachineLimits.machine),
            "result_hash": .string(hash.description),
        ]
    }

    /// The same transactions on a node that is a quorum by itself.
    private func singleNode() throws -> Int {
        let zone = try BenchZone(seed: plan.seed)
        var configuration = zone.configuration
        configuration.workerThreads = 0
        let node = try Node(
            configuration: configuration, storage: NodeFolder.openStorage(folder + "/single"))
        defer { node.shutdown() }
        for transaction in try zone.founding() {
            _ = try Submission(node: node, clients: 1).run([transaction])
        }
        let submission = Submission(node: node, clients: plan.cores)
        var rates: [Int] = []
        for _ in 0..<plan.rounds {
            let height = node.head.height
            let transactions = try (0..<plan.transactions).map { _ in
                try zone.sign([BenchCalls.call(zone.write())], by: zone.hospital, height: height)
            }
            let elapsed = try submission.run(transactions)
            rates.append(Int(UInt64(transactions.count) * 1_000_000_000 / max(1, elapsed)))
        }
        return rates.sorted()[rates.count / 2]
    }

    private func putRate(_ endpoints: [String]) throws -> Int {
        final class Deaf: OrderingReceiver {
            func ordered(_ record: [UInt8], at position: EnginePosition) {}
            func engineChanged(_ health: EngineHealth) {}
        }
        let settings = EtcdSettings(endpoints: endpoints, chain: HashSuite.sha256.hash([7]))
        let engine = try EtcdOrdering(settings, receiver: Deaf())
        defer { engine.close() }
        var bench = EngineBench()
        bench.recordCount = plan.engineRecords
        let result = bench.run(engine, stream: 0)
        return Int(UInt64(result.createdCount) * 1_000_000_000 / max(1, result.nanoseconds))
    }
}
