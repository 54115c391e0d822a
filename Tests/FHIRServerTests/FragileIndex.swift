import FHIRSearch
import Synchronization

/// An index in memory that fails when it is told to.
final class FragileIndex: ResourceIndex {
    private let inner = ScanIndex()
    private let left = Mutex<Int?>(nil)

    /// The write of this number from now on, and all behind it, fail.
    func fail(atWrite number: Int) { left.withLock { $0 = number - 1 } }

    func mend() { left.withLock { $0 = nil } }

    func write(_ changes: [IndexChange]) throws(IndexError) {
        let fails = left.withLock { left -> Bool in
            guard let count = left else { return false }
            left = max(0, count - 1)
            return count == 0
        }
        if fails { throw .unavailable("the disk is full") }
        try inner.write(changes)
    }

    func current(_ name: ResourceName) throws(IndexError) -> StoredVersion? {
        try inner.current(name)
    }

    func version(
        _ name: ResourceName, _ number: UInt64
    ) throws(IndexError) -> StoredVersion? { try inner.version(name, number) }

    func history(_ request: HistoryRequest) throws(IndexError) -> HistoryPage {
        try inner.history(request)
    }

    func versions(
        of type: String, after position: UInt64, limit: Int
    ) throws(IndexError) -> [(position: UInt64, version: StoredVersion)] {
        try inner.versions(of: type, after: position, limit: limit)
    }

    func lastPosition() throws(IndexError) -> UInt64 { try inner.lastPosition() }

    func search(_ request: SearchRequest) throws(IndexError) -> SearchPage {
        try inner.search(request)
    }

    func scopes(startingWith prefix: [UInt8]) throws(IndexError) -> [NumberedScope] {
        try inner.scopes(startingWith: prefix)
    }

    func note(_ key: String) throws(IndexError) -> [UInt8]? { try inner.note(key) }

    func notes(
        startingWith prefix: String, after: String?, limit: Int
    ) throws(IndexError) -> [(key: String, value: [UInt8])] {
        try inner.notes(startingWith: prefix, after: after, limit: limit)
    }
}
