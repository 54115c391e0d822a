package import FHIRSearch

/// An index that is an ``SQLIndex`` over some database.
package protocol SQLBackedIndex: ResourceIndex {
    var index: SQLIndex { get }
}

extension SQLBackedIndex {
    package func write(_ changes: [IndexChange]) throws(IndexError) { try index.write(changes) }

    package func current(_ name: ResourceName) throws(IndexError) -> StoredVersion? {
        try index.current(name)
    }

    package func version(
        _ name: ResourceName, _ number: UInt64
    ) throws(IndexError) -> StoredVersion? {
        try index.version(name, number)
    }

    package func history(_ request: HistoryRequest) throws(IndexError) -> HistoryPage {
        try index.history(request)
    }

    package func versions(
        of type: String, after position: UInt64, limit: Int
    ) throws(IndexError) -> [(position: UInt64, version: StoredVersion)] {
        try index.versions(of: type, after: position, limit: limit)
    }

    package func lastPosition() throws(IndexError) -> UInt64 { try index.lastPosition() }

    package func search(_ request: SearchRequest) throws(IndexError) -> SearchPage {
        try index.search(request)
    }

    package func scopes(startingWith prefix: [UInt8]) throws(IndexError) -> [NumberedScope] {
        try index.scopes(startingWith: prefix)
    }

    package func note(_ key: String) throws(IndexError) -> [UInt8]? { try index.note(key) }

    package func notes(
        startingWith prefix: String, after: String?, limit: Int
    ) throws(IndexError) -> [(key: String, value: [UInt8])] {
        try index.notes(startingWith: prefix, after: after, limit: limit)
    }
}
