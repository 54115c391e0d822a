import Agent
import Base
import Consent
import Encoding
import FHIRModel
import FHIRSearch
import Ledger
import Synchronization
import System

/// Decides what a caller may see: whole scopes for searching, resources for showing.
///
/// A search is answered from decisions that were made before no change of membership or consent,
/// and that time has not changed since. What is shown was decided anew, counted and recorded.
final class Rights: Sendable {
    /// Callers whose decisions are kept.
    private static let callerLimit = 64

    private struct Key: Hashable {
        let caller: AccountID
        let purpose: Purpose
    }

    private struct Known {
        let mark: UInt64
        /// When time alone may change one of the decisions; nil for never.
        var end: Timestamp?
        /// Scopes that were decided about: all with numbers up to this one.
        var last: Int64 = 0
        var allowed: [Int64] = []
    }

    private struct State {
        var known: [Key: Known] = [:]
        /// Whose decisions are being made: one request asks, the others wait for its answer.
        var asking: Set<Key> = []
    }

    private let port: any DeskPort
    private let scopes: ScopeRegistry
    private let clock: @Sendable () -> Timestamp
    private let state = ConditionMutex(State())

    init(
        port: any DeskPort, scopes: ScopeRegistry, clock: @escaping @Sendable () -> Timestamp
    ) {
        (self.port, self.scopes, self.clock) = (port, scopes, clock)
    }

    /// The scopes that the caller may see.
    func visibility(for caller: Caller) throws(FHIRError) -> Visibility {
        let key = Key(caller: caller.account, purpose: caller.purpose)
        let mark: UInt64
        do throws(PortError) { mark = try port.rightsMark() } catch { throw FHIRError(error) }
        // Nil for whoever has to ask; the mark is from before, so it is not newer than the answer.
        let current: Known? = state.wait { state in
            let now = clock()
            if let known = state.known[key], known.mark == mark,
                known.end.map({ now < $0 }) ?? true, known.last >= scopes.newest
            {
                return .some(known)
            }
            return state.asking.insert(key).inserted ? .some(nil) : nil
        }
        if let current { return .scopes(current.allowed) }
        defer { state.withLock { _ = $0.asking.remove(key) } }
        let known = try decided(for: key, mark)
        state.withLock { state in
            if state.known.count >= Self.callerLimit, state.known[key] == nil {
                state.known.removeAll()
            }
            state.known[key] = known
        }
        return .scopes(known.allowed)
    }

    /// Decides about the scopes that are new since the last time, or about all.
    private func decided(for key: Key, _ mark: UInt64) throws(FHIRError) -> Known {
        let now = clock()
        var known = Known(mark: mark)
        if let old = state.withLock({ $0.known[key] }), old.mark == mark,
            old.end.map({ now < $0 }) ?? true
        {
            known = old
        }
        let fresh = scopes.all(after: known.last)
        guard let newest = fresh.last else { return known }
        let personal = fresh.filter { $0.kind.domain.isPersonal }
        var answer = KindVerdicts()
        if !personal.isEmpty {
            do throws(PortError) {
                answer = try port.decisions(
                    for: key.caller, purpose: key.purpose, about: personal.map(\.kind))
            } catch { throw FHIRError(error) }
        }
        let refused = Set(
            zip(personal, answer.verdicts).filter { !$1.allowed }.map { $0.0.number })
        known.allowed += fresh.map(\.number).filter { !refused.contains($0) }
        known.last = newest.number
        if let lasting = answer.lasting {
            let end = now.advanced(byMilliseconds: lasting)
            known.end = min(known.end ?? end, end)
        }
        return known
    }

    /// Whether a version is in a scope that the caller may see.
    func sees(_ version: StoredVersion, _ caller: Caller) throws(FHIRError) -> Bool {
        guard let kind = RecordKind(scope: version.scope), let number = scopes.number(of: kind),
            case .scopes(let numbers) = try visibility(for: caller)
        else { return false }
        let place = numbers.partitioningIndex { $0 >= number }
        return numbers.indices.contains(place) && numbers[place] == number
    }

    /// Decides about versions that are to be shown, and records the reads durably.
    ///
    /// Public knowledge and the directory are shown to every caller and recorded for nobody.
    /// - Returns: a verdict for each, in order.
    func serve(
        _ versions: [StoredVersion], to caller: Caller
    ) throws(FHIRError) -> [ReadVerdict] {
        var asked: [(index: Int, read: ServedRead)] = []
        var verdicts = [ReadVerdict](
            repeating: ReadVerdict(allowed: true, reasons: []), count: versions.count)
        for (index, version) in versions.enumerated() {
            guard let kind = RecordKind(scope: version.scope),
                let origin = try? RecordOrigin(decoding: version.origin)
            else { throw .corrupt }
            guard kind.domain.isPersonal else { continue }
            asked.append((index, ServedRead(owner: kind.owner, record: origin.record)))
        }
        // A record is asked for once, however many of its versions are shown.
        var unique: [ServedRead: Int] = [:]
        var reads: [ServedRead] = []
        let sorted = asked.sorted { ($0.read.owner, $0.index) < ($1.read.owner, $1.index) }
        for item in sorted where unique[item.read] == nil {
            unique[item.read] = reads.count
            reads.append(item.read)
        }
        var answers: [ReadVerdict] = []
        do throws(PortError) {
            for start in stride(from: 0, to: reads.count, by: PortLimits.servedCount) {
                answers += try port.serve(
                    Array(reads[start...].prefix(PortLimits.servedCount)), to: caller.account,
                    purpose: caller.purpose)
            }
        } catch {
            throw FHIRError(error)
        }
        for item in asked {
            if let place = unique[item.read] { verdicts[item.index] = answers[place] }
        }
        return verdicts
    }
}

/// The scopes of the index, with their meaning, ascending by number.
final class ScopeRegistry: Sendable {
    struct Entry: Sendable {
        let number: Int64
        let kind: RecordKind
    }

    private struct Inside {
        var entries: [Entry] = []
        var known: [RecordKind: Int64] = [:]
    }

    private let inside = Mutex(Inside())

    init(index: any ResourceIndex) throws(IndexError) { try load(from: index, prefix: []) }

    /// The number of the last scope; 0 for none.
    var newest: Int64 { inside.withLock { $0.entries.last?.number ?? 0 } }

    /// Scopes with a number above this one.
    func all(after number: Int64) -> [Entry] {
        inside.withLock { inside in
            let start = inside.entries.partitioningIndex { $0.number > number }
            return Array(inside.entries[start...])
        }
    }

    /// The number of a kind; nil for one that no resource here has.
    func number(of kind: RecordKind) -> Int64? { inside.withLock { $0.known[kind] } }

    /// Takes note of kinds that were just written.
    func learn(_ kinds: Set<RecordKind>, from index: any ResourceIndex) throws(IndexError) {
        let new = inside.withLock { inside in kinds.filter { inside.known[$0] == nil } }
        for kind in new.sorted(by: { $0.scope.lexicographicallyPrecedes($1.scope) }) {
            try load(from: index, prefix: kind.scope)
        }
    }

    private func load(from index: any ResourceIndex, prefix: [UInt8]) throws(IndexError) {
        let found = try index.scopes(startingWith: prefix)
        inside.withLock { inside in
            for scope in found {
                guard let kind = RecordKind(scope: scope.label), inside.known[kind] == nil
                else { continue }
                inside.known[kind] = scope.number
                inside.entries.append(Entry(number: scope.number, kind: kind))
            }
            inside.entries.sort { $0.number < $1.number }
        }
    }
}

extension Array {
    /// The first place at which a condition holds, which holds for all behind it too.
    fileprivate func partitioningIndex(where holds: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
