import Ledger

/// Transactions that wait for a final block, in order of arrival.
///
/// Own ones are given to the engine; those of other validators are kept so that this one can
/// propose them when it leads a view, and so that it notices when nothing becomes final.
struct PendingPool: Sendable {
    private struct Item: Sendable {
        let transaction: PendingTransaction
        let isOwn: Bool
        let since: UInt64
    }

    private var items: [UInt64: Item] = [:]
    private var numbers: [TransactionID: UInt64] = [:]
    private var order: [UInt64] = []
    /// Own ones that are in no batch on its way through the engine.
    private var unsent = Deque()
    /// Own ones that other validators were not given.
    private var unforwarded = Deque()
    private var next: UInt64 = 0

    var isEmpty: Bool { numbers.isEmpty }
    var count: Int { numbers.count }

    func contains(_ id: TransactionID) -> Bool { numbers[id] != nil }

    /// Adds transactions that are not there yet; others' only while there is room.
    mutating func add(_ transactions: [PendingTransaction], isOwn: Bool, at now: UInt64) {
        for transaction in transactions {
            let known = numbers[transaction.id]
            if let known {
                guard isOwn, items[known]?.isOwn == false else { continue }
            } else {
                guard isOwn || count < FinalityLimits.pendingCount else { continue }
            }
            let number = known ?? next
            items[number] = Item(transaction: transaction, isOwn: isOwn, since: now)
            if known == nil {
                numbers[transaction.id] = number
                order.append(number)
                next += 1
            }
            if isOwn {
                unsent.append(number)
                unforwarded.append(number)
            }
        }
    }

    mutating func remove(_ ids: [TransactionID]) {
        for id in ids {
            if let number = numbers.removeValue(forKey: id) { items[number] = nil }
        }
        if order.count > 64, order.count > 2 * items.count { order.removeAll { items[$0] == nil } }
    }

    /// Whether an own transaction is in no batch.
    var hasUnsent: Bool { !unsent.isEmpty }

    /// Own transactions that are in no batch, as many as fit into one.
    mutating func draw() -> [PendingTransaction] {
        var room = Room(
            count: LedgerLimits.blockTransactionCount, byteCount: LedgerLimits.blockByteCount)
        var taken: [PendingTransaction] = []
        while let number = unsent.first {
            guard let item = items[number] else {
                unsent.removeFirst()
                continue
            }
            guard room.takes(item.transaction) else { break }
            unsent.removeFirst()
            taken.append(item.transaction)
        }
        return taken
    }

    /// Everything that fits into a block, whoever received it.
    func drawAll() -> [PendingTransaction] {
        var room = Room(
            count: LedgerLimits.blockTransactionCount, byteCount: LedgerLimits.blockByteCount)
        var taken: [PendingTransaction] = []
        for number in order {
            guard let item = items[number] else { continue }
            guard room.takes(item.transaction) else { break }
            taken.append(item.transaction)
        }
        return taken
    }

    /// The batch came to nothing: its transactions wait again.
    mutating func restore(_ ids: [TransactionID]) {
        for id in ids {
            if let number = numbers[id] { unsent.append(number) }
        }
    }

    /// Own transactions that waited since before `time` and were not passed on yet.
    mutating func drawForForwarding(before time: UInt64) -> [PendingTransaction] {
        var room = Room(
            count: FinalityLimits.forwardCount, byteCount: FinalityLimits.forwardByteCount)
        var taken: [PendingTransaction] = []
        while let number = unforwarded.first {
            guard let item = items[number] else {
                unforwarded.removeFirst()
                continue
            }
            guard item.since <= time, room.takes(item.transaction) else { break }
            unforwarded.removeFirst()
            taken.append(item.transaction)
        }
        return taken
    }

    /// A peer came back: it may have missed what was passed on.
    mutating func forgetForwarding() {
        unforwarded = Deque()
        for number in order where items[number]?.isOwn ?? false { unforwarded.append(number) }
    }

    /// Removes those whose last valid height has passed.
    mutating func removeExpired(at height: UInt64) -> [TransactionID] {
        let ids = order.compactMap { number in
            items[number].flatMap {
                $0.transaction.validUntil <= height ? $0.transaction.id : nil
            }
        }
        remove(ids)
        return ids
    }
}

/// What still fits into a batch or message.
private struct Room {
    var count: Int
    var byteCount: Int

    mutating func takes(_ transaction: PendingTransaction) -> Bool {
        guard count > 0, byteCount >= transaction.bytes.count else { return false }
        count -= 1
        byteCount -= transaction.bytes.count
        return true
    }
}

/// Numbers that are taken from the front.
private struct Deque {
    private var items: [UInt64] = []
    private var head = 0

    var isEmpty: Bool { head == items.count }
    var first: UInt64? { isEmpty ? nil : items[head] }

    mutating func append(_ item: UInt64) { items.append(item) }

    mutating func removeFirst() {
        head += 1
        if head > 1024, head * 2 > items.count {
            items.removeFirst(head)
            head = 0
        }
    }
}
