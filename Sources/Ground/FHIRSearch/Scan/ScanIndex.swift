import Base
import Synchronization

/// An index in memory that looks at every resource for every question.
///
/// It says what all engines must answer, and serves small sets. Writes are lost with it.
package final class ScanIndex: ResourceIndex {
    private let state = Mutex(ScanState())

    package init() {}

    package func write(_ changes: [IndexChange]) throws(IndexError) {
        try state.withLock { state throws(IndexError) in
            var next = state
            for change in changes { try next.apply(change) }
            state = next
        }
    }

    package func current(_ name: ResourceName) throws(IndexError) -> StoredVersion? {
        state.withLock { $0.versions[name]?.last }
    }

    package func version(
        _ name: ResourceName, _ number: UInt64
    ) throws(IndexError) -> StoredVersion? {
        state.withLock { $0.versions[name]?.first { $0.number == number } }
    }

    package func history(_ request: HistoryRequest) throws(IndexError) -> HistoryPage {
        let state = state.withLock { $0 }
        let before = try request.after.map { mark throws(IndexError) in
            guard let place = HistoryPosition(mark) else { throw .pageMark }
            return place.number
        }
        var matching: [(place: UInt64, version: StoredVersion)] = []
        for (index, entry) in state.log.enumerated().reversed() {
            guard let version = state.versions[entry.name]?[Int(entry.number) - 1],
                request.subject.includes(version.name), state.sees(version.scope, request.visible),
                request.since.map({ version.lastUpdated >= $0 }) ?? true,
                request.until.map({ version.lastUpdated <= $0 }) ?? true
            else { continue }
            matching.append((UInt64(index) + 1, version))
        }
        let rest = matching.filter { $0.place < before ?? .max }
        let page = rest.prefix(request.count)
        let next = rest.count > page.count ? page.last.map { HistoryPosition($0.place).mark } : nil
        return HistoryPage(versions: page.map(\.version), total: matching.count, next: next)
    }

    package func versions(
        of type: String, after position: UInt64, limit: Int
    ) throws(IndexError) -> [(position: UInt64, version: StoredVersion)] {
        let state = state.withLock { $0 }
        let newer = state.log.enumerated().dropFirst(Int(clamping: position))
        return newer.lazy.filter { $0.element.name.type == type }.prefix(max(0, limit)).compactMap {
            index, entry in
            state.versions[entry.name].map { (UInt64(index) + 1, $0[Int(entry.number) - 1]) }
        }
    }

    package func lastPosition() throws(IndexError) -> UInt64 {
        state.withLock { UInt64($0.log.count) }
    }

    package func search(_ request: SearchRequest) throws(IndexError) -> SearchPage {
        try ScanSearch(state: state.withLock { $0 }, request: request).page()
    }

    package func scopes(startingWith prefix: [UInt8]) throws(IndexError) -> [NumberedScope] {
        state.withLock { state in
            state.scopes.enumerated().compactMap { index, label in
                label.starts(with: prefix)
                    ? NumberedScope(number: Int64(index) + 1, label: label) : nil
            }
        }
    }

    package func note(_ key: String) throws(IndexError) -> [UInt8]? {
        state.withLock { $0.notes[key] }
    }

    package func notes(
        startingWith prefix: String, after: String?, limit: Int
    ) throws(IndexError) -> [(key: String, value: [UInt8])] {
        state.withLock { state in
            func precedes(_ left: String, _ right: String) -> Bool {
                left.utf8.lexicographicallyPrecedes(right.utf8)
            }
            let keys = state.notes.keys.filter { key in
                key.utf8.starts(with: prefix.utf8) && (after.map { precedes($0, key) } ?? true)
            }
            return keys.sorted(by: precedes).prefix(limit).map { ($0, state.notes[$0] ?? []) }
        }
    }
}

extension HistoryRequest.Subject {
    fileprivate func includes(_ name: ResourceName) -> Bool {
        switch self {
        case .system: true
        case .type(let type): name.type == type
        case .resource(let wanted): name == wanted
        }
    }
}
