import Synchronization

/// A store of records in memory, shared by the embedded engines of one process.
///
/// Nothing here is durable: it orders for tests, samples and simulations.
package final class EmbeddedStream: Sendable {
    /// A call that some engine owes to its owner.
    typealias Call = @Sendable () -> Void

    private struct State {
        var records: [EnginePosition: [UInt8]] = [:]
        /// Where there are records, ascending.
        var positions: [EnginePosition] = []
        var byteCount = 0
        var followers: [(owner: ObjectIdentifier, notify: @Sendable (EnginePosition) -> Void)] = []
        var calls: [Call] = []
        var isCalling = false

        /// How many positions lie below this one.
        func index(of position: EnginePosition) -> Int {
            var (low, high) = (0, positions.count)
            while low < high {
                let middle = (low + high) / 2
                if positions[middle] < position { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }

    private let state = Mutex(State())

    package init() {}

    /// Stores a record unless the position holds another one.
    func create(_ record: [UInt8], at position: EnginePosition) -> AppendOutcome {
        let followers = state.withLock { state -> [@Sendable (EnginePosition) -> Void]? in
            if let present = state.records[position] { return present == record ? [] : nil }
            state.records[position] = record
            state.positions.insert(position, at: state.index(of: position))
            state.byteCount += record.count
            return state.followers.map(\.notify)
        }
        for follower in followers ?? [] { follower(position) }
        return followers == nil ? .taken : .created
    }

    func record(at position: EnginePosition) -> [UInt8]? {
        state.withLock { $0.records[position] }
    }

    /// The lowest position that holds a record at or behind this one, within its stream.
    func firstPosition(from position: EnginePosition) -> EnginePosition? {
        state.withLock { state in
            let index = state.index(of: position)
            guard index < state.positions.count else { return nil }
            let found = state.positions[index]
            return found.stream == position.stream ? found : nil
        }
    }

    /// The number of records at and behind a position, within its stream.
    func count(from position: EnginePosition) -> Int {
        state.withLock { state in
            let behind = state.positions[state.index(of: position)...]
            return behind.prefix { $0.stream == position.stream }.count
        }
    }

    func forget(through position: EnginePosition) {
        state.withLock { state in
            let gone = state.positions.prefix { $0 <= position }
            for position in gone {
                state.byteCount -= state.records.removeValue(forKey: position)?.count ?? 0
            }
            state.positions.removeFirst(gone.count)
        }
    }

    var byteCount: Int { state.withLock { $0.byteCount } }

    /// Calls `notify` with each new position from now on; nil ends it.
    func subscribe(_ owner: AnyObject, _ notify: (@Sendable (EnginePosition) -> Void)?) {
        let owner = ObjectIdentifier(owner)
        state.withLock { state in
            state.followers.removeAll { $0.owner == owner }
            if let notify { state.followers.append((owner, notify)) }
        }
    }

    /// Makes a call now or, when another one is being made, right behind it.
    ///
    /// So calls come one at a time and in order, whichever threads they come from, and what is
    /// called may use the engines.
    func call(_ call: @escaping Call) {
        let isFirst = state.withLock { state in
            state.calls.append(call)
            defer { state.isCalling = true }
            return !state.isCalling
        }
        guard isFirst else { return }
        while let next = state.withLock({ state -> Call? in
            guard !state.calls.isEmpty else {
                state.isCalling = false
                return nil
            }
            return state.calls.removeFirst()
        }) {
            next()
        }
    }
}
