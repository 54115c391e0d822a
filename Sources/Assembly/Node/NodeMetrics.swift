import Ledger
package import Metrics

/// What an operator watches: counters that the parts of a node raise as they work.
package final class NodeMetrics: BlockObserver {
    package let registry = MetricsRegistry()

    private let blocks: Counter
    private let transactions: Counter
    private let failures: Counter
    private let refusals: Counter
    private let allowedReads: Counter
    private let refusedReads: Counter
    private let height: Gauge
    private let blockSizes: Histogram

    init() {
        blocks = registry.counter("kanglian_blocks_total", help: "Blocks made final.")
        transactions = registry.counter(
            "kanglian_transactions_total", help: "Transactions made final.",
            labels: ["outcome": "done"])
        failures = registry.counter(
            "kanglian_transactions_total", help: "Transactions made final.",
            labels: ["outcome": "failed"])
        refusals = registry.counter(
            "kanglian_transactions_refused_total", help: "Transactions refused at the door.")
        allowedReads = registry.counter(
            "kanglian_reads_total", help: "Decisions about reads.", labels: ["decision": "allowed"])
        refusedReads = registry.counter(
            "kanglian_reads_total", help: "Decisions about reads.", labels: ["decision": "refused"])
        height = registry.gauge("kanglian_height", help: "Height of the newest final block.")
        blockSizes = registry.histogram(
            "kanglian_block_transactions", help: "Transactions of a block.", unit: .count,
            bounds: Histogram.sizes)
    }

    func committed(_ block: ExecutedBlock) {
        let failed = block.outcomes.count { $0.failure != nil }
        blocks.increment()
        failures.increment(by: UInt64(failed))
        transactions.increment(by: UInt64(block.outcomes.count - failed))
        height.set(Int64(clamping: block.header.height))
        blockSizes.observe(UInt64(block.outcomes.count))
    }

    func refused(_ error: TransactionError) { refusals.increment() }

    func read(allowed: Bool) { (allowed ? allowedReads : refusedReads).increment() }
}
