package import Base
import Encoding
package import Ledger

/// Where two executions of one block part: the first transaction whose outcome differs (R14).
package struct Divergence: Hashable, Sendable {
    package let height: UInt64
    /// The place of the transaction in the block.
    package let index: Int
    package let transaction: TransactionID?
    /// The calls of the transaction, `module.call`.
    package let calls: [String]
    /// What differs: `failure`, `events`, `writes`, `transaction` or `count`.
    package let difference: String
    /// Digests of what the transaction wrote, here and in the certified block.
    package let writes: (own: Hash256, certified: Hash256)?

    package static func == (left: Divergence, right: Divergence) -> Bool {
        left.height == right.height && left.index == right.index
            && left.transaction == right.transaction && left.difference == right.difference
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(height)
        hasher.combine(index)
    }

    /// Finds the first entry that differs by halving: entries before it have equal digests.
    ///
    /// - Returns: nil when all entries are equal: the state below them differed already.
    package init?(height: UInt64, own: [[UInt8]], certified: [[UInt8]]) {
        var (low, high) = (0, min(own.count, certified.count))
        // Entries hold the digest of their writes, so equal prefixes mean equal executions.
        while low < high {
            let middle = (low + high) / 2
            if own[low...middle].elementsEqual(certified[low...middle]) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        self.height = height
        index = low
        guard low < own.count, low < certified.count else {
            guard own.count != certified.count else { return nil }
            let rest = own.count > certified.count ? own[low] : certified[low]
            (transaction, calls) = Self.named(rest)
            (difference, writes) = ("count", nil)
            return
        }
        (transaction, calls) = Self.named(own[low])
        guard let mine = try? Entry(decoding: own[low]),
            let theirs = try? Entry(decoding: certified[low])
        else {
            (difference, writes) = ("entry", nil)
            return
        }
        writes = (mine.outcome.writes, theirs.outcome.writes)
        if mine.transaction != theirs.transaction {
            difference = "transaction"
        } else if mine.outcome.failure != theirs.outcome.failure {
            difference = "failure"
        } else if mine.outcome.events != theirs.outcome.events {
            difference = "events"
        } else {
            difference = "writes"
        }
    }

    private static func named(_ entry: [UInt8]) -> (TransactionID?, [String]) {
        guard let entry = try? Entry(decoding: entry),
            let transaction = try? SignedTransaction(decoding: entry.transaction)
        else { return (nil, []) }
        return (transaction.id, transaction.body.calls.map { "\($0.module).\($0.name)" })
    }
}
