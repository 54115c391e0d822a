import Encoding
import Base
package import Ledger
import Storage
import Synchronization
import System

/// Where an event stands on the chain; subscribers resume behind it.
package struct EventPosition: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let height: UInt64
    package let entry: UInt32
    package let event: UInt32

    package init(height: UInt64, entry: UInt32, event: UInt32) {
        (self.height, self.entry, self.event) = (height, entry, event)
    }

    /// Reads `height.entry.event`.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let height = UInt64(parts[0]), let entry = UInt32(parts[1]),
            let event = UInt32(parts[2])
        else { return nil }
        self.init(height: height, entry: entry, event: event)
    }

    package var description: String { "\(height).\(entry).\(event)" }

    package static func < (left: EventPosition, right: EventPosition) -> Bool {
        (left.height, left.entry, left.event) < (right.height, right.entry, right.event)
    }
}

/// Which events a subscriber wants; nil wants all.
package struct EventFilter: Hashable, Sendable {
    package let module: String?
    package let account: AccountID?

    package init(module: String? = nil, account: AccountID? = nil) {
        (self.module, self.account) = (module, account)
    }

    package func matches(_ event: Event) -> Bool {
        (module == nil || event.module == module)
            && (account.map { event.accounts.contains($0) } ?? true)
    }
}

/// A subscriber's end: takes events in order.
package protocol EventSink: AnyObject, Sendable {
    /// Takes one event.
    ///
    /// - Returns: false when the subscriber is gone or too slow; it is then forgotten and may
    ///   come back with its last position.
    func receive(_ event: Event, at position: EventPosition, transaction: TransactionID) -> Bool
    /// The chain has this height and all matching events up to it have been sent.
    func caughtUp(to height: UInt64) -> Bool
}

/// Feeds subscribers from the block log, so that a late one gets everything and nobody blocks a
/// block.
final class EventHub: BlockObserver {
    /// Blocks read for one subscriber before the next one has its turn.
    private static let turn: UInt64 = 64

    private struct Subscriber {
        let sink: any EventSink
        let filter: EventFilter
        var after: EventPosition
        /// The next height to read.
        var next: UInt64
    }

    private struct State {
        var subscribers: [UInt64: Subscriber] = [:]
        var nextID: UInt64 = 0
        var height: UInt64
        var closed = false
    }

    private let state: Mutex<State>
    private let log: any BlockLog
    private let wakeup = Wakeup()
    private let thread: Mutex<System.Thread?> = Mutex(nil)

    init(log: any BlockLog, height: UInt64) {
        self.log = log
        state = Mutex(State(height: height))
    }

    func start() throws(SystemError) {
        let started = try System.Thread("events") { [self] in run() }
        thread.withLock { $0 = started }
    }

    func stop() {
        state.withLock { $0.closed = true }
        wakeup.raise()
        thread.withLock { thread in
            thread?.join()
            thread = nil
        }
    }

    /// Adds a subscriber behind a position; nil begins with the next block.
    func subscribe(_ sink: any EventSink, filter: EventFilter, after: EventPosition?) {
        state.withLock { state in
            let start = EventPosition(height: state.height, entry: .max, event: .max)
            let after = after ?? start
            state.subscribers[state.nextID] = Subscriber(
                sink: sink, filter: filter, after: after, next: max(1, after.height))
            state.nextID += 1
        }
        wakeup.raise()
    }

    func committed(_ block: ExecutedBlock) {
        state.withLock { $0.height = block.header.height }
        wakeup.raise()
    }

    private func run() {
        while true {
            wakeup.sleep()
            var working = true
            while working {
                let ids = state.withLock { $0.closed ? nil : $0.subscribers.keys.sorted() }
                guard let ids else { return }
                working = false
                for id in ids where serve(id) { working = true }
            }
        }
    }

    /// Sends one turn of blocks; returns true when there is more to do.
    private func serve(_ id: UInt64) -> Bool {
        let (subscriber, height) = state.withLock { ($0.subscribers[id], $0.height) }
        guard var subscriber, subscriber.next <= height else { return false }
        let last = min(height, subscriber.next + Self.turn - 1)
        var alive = true
        while alive, subscriber.next <= last {
            alive = send(subscriber.next, to: &subscriber)
            subscriber.next += 1
        }
        if alive { alive = subscriber.sink.caughtUp(to: last) }
        let kept = alive ? subscriber : nil
        state.withLock { $0.subscribers[id] = kept }
        return alive && last < height
    }

    private func send(_ height: UInt64, to subscriber: inout Subscriber) -> Bool {
        guard let bytes = try? log.read(height - 1),
            let block = try? StoredBlock(decoding: bytes)
        else { return false }
        for (index, stored) in block.entries.enumerated() {
            // Who may ask for these was told before that they are not complete.
            guard case .whole(let encoded) = stored else { continue }
            guard let entry = try? Entry(decoding: encoded) else { return false }
            for (number, event) in entry.outcome.events.enumerated() {
                let position = EventPosition(
                    height: height, entry: UInt32(index), event: UInt32(number))
                guard position > subscriber.after, subscriber.filter.matches(event) else {
                    continue
                }
                guard let transaction = try? SignedTransaction(decoding: entry.transaction),
                    subscriber.sink.receive(event, at: position, transaction: transaction.id)
                else { return false }
                subscriber.after = position
            }
        }
        return true
    }
}
