import Merkle
import Base
import Cryptography
package import Encoding
import Ledger
import Node
import Records
import Storage
import System

/// `bench ledger`: commitments to finality on disk, beside the machine's own limits.
package struct LedgerBenchmark: Sendable {
    /// What to run; the defaults are the published workload.
    package struct Plan: Sendable {
        package var seed: UInt64 = 20_261_121
        /// Transactions of each throughput round.
        package var transactions = 60_000
        /// Throughput rounds; the median counts.
        package var rounds = 5
        /// Transactions at half load.
        package var pacedTransactions = 30_000
        /// Sizes of the state at which the cost is measured.
        package var growth = [10_000, 100_000, 1_000_000]
        package var cores = 2

        package init() {}

        /// A short run for tests: the same path, small numbers.
        package static var smoke: Plan {
            var plan = Plan()
            (plan.transactions, plan.rounds, plan.pacedTransactions) = (400, 1, 100)
            plan.growth = [1_000, 2_000]
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
        let zone = try BenchZone(seed: plan.seed)
        progress("machine")
        let limits = try MachineLimits.measure(
            folder: folder, cores: plan.cores, random: SystemRandom())
        var growth: [(keys: Int, rate: Int)] = []
        for size in plan.growth {
            growth.append((size, try rate(atKeys: size, zone)))
        }
        progress("throughput")
        let data = folder + "/ledger"
        let node = try open(data, zone)
        defer { node.shutdown() }
        let submission = Submission(node: node, clients: plan.cores)
        _ = try throughput(zone, submission, node, transactions: plan.transactions / 4, rounds: 1)
        let before = node.head
        let bytesBefore = try stateBytes(node, data)
        let rate = try throughput(
            zone, submission, node, transactions: plan.transactions, rounds: plan.rounds)
        let written = node.head.log.size - before.log.size
        let bytes =
            try stateBytes(node, data) - bytesBefore + blockBytes(node, above: before.height)
        progress("half load")
        let sample = LatencySample()
        let (paced, writes) = try sign(plan.pacedTransactions, zone, node)
        try submission.pace(paced, perSecond: max(1, rate / 2), into: sample)
        let hash = try BenchCalls.resultHash(writes, in: node.state())
        return report(
            limits: limits, growth: growth, rate: rate, sample: sample,
            bytesPerTransaction: bytes / Int(max(1, written)), hash: hash, node: node)
    }

    /// Bytes of the state on disk, with nothing left in memory.
    private func stateBytes(_ node: Node, _ data: String) throws -> Int {
        try node.flush()
        return try NodeFolder.byteCount(data + "/state")
    }

    /// Bytes of the blocks above a height; the log's files are larger, because they are
    /// preallocated.
    private func blockBytes(_ node: Node, above height: UInt64) throws -> Int {
        var bytes = 0
        var next = height + 1
        while let block = try node.block(at: next) {
            bytes += block.encoded.count
            next += 1
        }
        return bytes
    }

    /// A new node with its hospital.
    private func open(_ path: String, _ zone: BenchZone) throws -> Node {
        var configuration = zone.configuration
        configuration.workerThreads = 0
        let node = try Node(
            configuration: configuration, storage: NodeFolder.openStorage(path))
        let submission = Submission(node: node, clients: 1)
        for transaction in try zone.founding() { _ = try submission.run([transaction]) }
        return node
    }

    /// The rate on a state of this many keys; the runs are short, so that the state stays near it.
    private func rate(atKeys size: Int, _ zone: BenchZone) throws -> Int {
        progress("growth: \(size) keys")
        let path = folder + "/growth-\(size)"
        let node = try open(path, zone)
        defer {
            node.shutdown()
            try? FileSystem.removeTree(path)
        }
        let submission = Submission(node: node, clients: plan.cores)
        try zone.grow(to: size, submission)
        let count = min(plan.transactions / 3, max(200, size / 4))
        _ = try throughput(zone, submission, node, transactions: count, rounds: 1)
        return try throughput(zone, submission, node, transactions: count, rounds: plan.rounds)
    }

    private func sign(
        _ count: Int, _ zone: BenchZone, _ node: Node
    ) throws -> (transactions: [[UInt8]], writes: [RecordsContract.Write]) {
        let height = node.head.height
        var writes: [RecordsContract.Write] = []
        let transactions = try (0..<count).map { _ in
            let write = zone.write()
            writes.append(write)
            return try zone.sign([BenchCalls.call(write)], by: zone.hospital, height: height)
        }
        return (transactions, writes)
    }

    /// Median transactions a second over some rounds of pre-signed transactions.
    private func throughput(
        _ zone: BenchZone, _ submission: Submission, _ node: Node, transactions count: Int,
        rounds: Int
    ) throws -> Int {
        var rates: [Int] = []
        for round in 0..<rounds {
            progress("signing round \(round + 1) of \(rounds)")
            let transactions = try sign(count, zone, node).transactions
            progress("round \(round + 1) of \(rounds)")
            let elapsed = try submission.run(transactions)
            rates.append(Int(UInt64(transactions.count) * 1_000_000_000 / max(1, elapsed)))
        }
        return rates.sorted()[rates.count / 2]
    }

    private func report(
        limits: MachineLimits, growth: [(keys: Int, rate: Int)], rate: Int, sample: LatencySample,
        bytesPerTransaction: Int, hash: Hash256, node: Node
    ) -> JSONValue {
        let first = growth.first?.rate ?? 1
        let last = growth.last?.rate ?? 1
        return [
            "benchmark": "ledger",
            "transactions_per_second": .integer(rate),
            "signature_checks_per_second": .integer(limits.signatureChecksPerSecond),
            "ratio": Ratio.text(rate, limits.signatureChecksPerSecond),
            "syncs_per_second": .integer(limits.syncsPerSecond),
            "final_p50_ms": Ratio.text(sample.percentile(50), 1000),
            "final_p99_ms": Ratio.text(sample.percentile(99), 1000),
            "bytes_per_transaction": .integer(bytesPerTransaction),
            "peak_rss_mib": .integer(ResourceUse.current.peakResidentBytes >> 20),
            "growth_cost_ratio": Ratio.text(first, max(1, last)),
            "growth": .array(
                growth.map {
                    ["state_keys": .integer($0.keys), "transactions_per_second": .integer($0.rate)]
                }),
            "blocks": .integer(node.head.height),
            "seed": .integer(plan.seed),
            "machine": .string(MachineLimits.machine),
            "result_hash": .string(hash.description),
        ]
    }
}

/// Quotients as decimal text with three digits, without floating point.
enum Ratio {
    static func text(_ numerator: Int, _ denominator: Int) -> JSONValue {
        let thousandths = numerator * 1000 / max(1, denominator)
        let fraction = String(thousandths % 1000)
        let padded = String(repeating: "0", count: 3 - fraction.count) + fraction
        return .number("\(thousandths / 1000).\(padded)")
    }
}
