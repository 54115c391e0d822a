import Agent
import Base
import Encoding
import FHIRModel
import FHIRSearch
import Ledger
import Synchronization

/// Decides what a caller may see: whole scopes for searching, resources for showing.
///
/// A search is answered from decisions that are at most ``freshness`` old and from before no
/// change of membership or consent. What is shown was decided anew, counted and recorded.
final class Rights: Sendable {
    /// Seconds for which the decision about a scope counts while nothing but the time changes.
    static let freshness: UInt64 = 2
    /// Callers whose decisions are kept.
    private static let callerLimit = 64

    private struct Key: Hashable {
        let caller: AccountID
        let purpose: Purpose
    }

    private struct Known {
        let mark: UInt64
        let made: Timestamp
        /// Scopes that were decided about: all with numbers up to this one.
        var last: Int64
        var allowed: [Int64]
    }

    private let port: any DeskPort
    private let scopes: ScopeRegistry
    private let clock: @Sendable () -> Timestamp
    private let known = Mutex<[Key: Known]>([:])

    init(
        port: any DeskPort, scopes: ScopeRegistry, clock: @escaping @Sendable () -> Timestamp
    ) {
        (self.port, self.scopes, self.clock) = (port, scopes, clock)
    }

    /// The scopes that the caller may see.
    func visibility(for caller: Caller) throws(FHIRError) -> Visibility {
        let key = Key(caller: caller.account, purpose: caller.purpose)
        let now = clock()
        do throws(PortError) {
            let mark = try port.rightsMark()
            var state = known.withLock { $0[key] }
            if let old = state,
                old.mark != mark || old.made.advanced(bySeconds: Self.freshness) <= now
            {
                state = nil
            }
            var current = state ?? Known(mark: mark, made: now, last: 0, allowed: [])
            let fresh = scopes.all(after: current.last)
            guard let newest = fresh.last else { return .scopes(current.allowed) }
            let personal = fresh.filter { $0.label.domain.isPersonal }
            let verdicts =
                personal.isEmpty
                ? []
                : try port.decisions(
                    for: caller.account, purpose: caller.purpose,
                    about: personal.map(\.label.kind))
            let refused = Set(
                zip(personal, verdicts).filter { !$1.allowed }.map { $0.0.number })
            current.allowed += fresh.map(\.number).filter { !refused.contains($0) }
            current.last = newest.number
            known.withLock { known in
                if known.count >= Self.callerLimit, known[key] == nil { known.removeAll() }
                known[key] = current
            }
            return .scopes(current.allowed)
        } catch {
            throw FHIRError(error)
        }
    }

    /// Whether a version is in a scope that the caller may see.
    func sees(_ version: StoredVersion, _ caller: Caller) throws(FHIRError) -> Bool {
        guard let label = ScopeLabel(version.scope), let number = scopes.number(of: label),
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
            guard let label = ScopeLabel(version.scope),
                let origin = try? RecordOrigin(decoding: version.origin)
            else { throw .corrupt }
            guard label.domain.isPersonal else { continue }
            asked.append((index, ServedRead(owner: label.owner, record: origin.record)))
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
        let label: ScopeLabel
    }

    private struct Inside {
        var entries: [Entry] = []
        var known: [ScopeLabel: Int64] = [:]
    }

    private let inside = Mutex(Inside())

    init(index: any ResourceIndex) throws(IndexError) { try load(from: index, prefix: []) }

    /// Scopes with a number above this one.
    func all(after number: Int64) -> [Entry] {
        inside.withLock { inside in
            let start = inside.entries.partitioningIndex { $0.number > number }
            return Array(inside.entries[start...])
        }
    }

    /// The number of a label; nil for one that no resource here has.
    func number(of label: ScopeLabel) -> Int64? { inside.withLock { $0.known[label] } }

    /// Takes note of labels that were just written.
    func learn(_ labels: Set<ScopeLabel>, from index: any ResourceIndex) throws(IndexError) {
        let new = inside.withLock { inside in labels.filter { inside.known[$0] == nil } }
        for label in new.sorted(by: { $0.bytes.lexicographicallyPrecedes($1.bytes) }) {
            try load(from: index, prefix: label.bytes)
        }
    }

    private func load(from index: any ResourceIndex, prefix: [UInt8]) throws(IndexError) {
        let found = try index.scopes(startingWith: prefix)
        inside.withLock { inside in
            for scope in found {
                guard let label = ScopeLabel(scope.label), inside.known[label] == nil
                else { continue }
                inside.known[label] = scope.number
                inside.entries.append(Entry(number: scope.number, label: label))
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
