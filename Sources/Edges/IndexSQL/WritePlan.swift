import Base
import FHIRSearch

/// What one caller's changes mean for the tables.
struct WritePlan {
    /// What is known of a resource while the changes are gone through.
    struct Entry {
        let number: Int64
        let name: ResourceName
        /// True when its row is not in the table yet.
        let isNew: Bool
        var state = SQLSchema.State.named
        var version: Int64 = 0
        var updated: Int64 = 0
        var scope: Int64 = 0
        /// True when rows of terms may be in the tables.
        var hasTerms = false
        /// True when the row in the table has to be changed.
        var isChanged = false
        /// The terms of what is current after the changes.
        var terms: IndexTerms?
        /// Versions that are new, by their place in ``WritePlan/versions``.
        var places: [Int] = []
        /// True when bodies of former versions go.
        var isErased = false
    }

    /// A new version.
    struct Version {
        let resource: Int64
        let version: StoredVersion
        let scope: Int64
        var hasBody: Bool
    }

    var entries: [ResourceName: Entry] = [:]
    /// Names in the order in which their rows are written.
    var order: [ResourceName] = []
    var versions: [Version] = []
    var notes: [(key: String, value: [UInt8]?)] = []
    /// New symbols and scopes with their numbers.
    var newSymbols: [(text: String, number: Int64)] = []
    var newScopes: [(label: [UInt8], number: Int64)] = []
    /// All symbols that the terms use.
    var symbols: [String: Int64] = [:]
    var firstSeq: Int64 = 1
    var erases: Bool { entries.values.contains { $0.isErased } }
}

extension WritePlan {
    /// Goes through the changes in their order.
    mutating func apply(
        _ changes: [IndexChange], scopes: [[UInt8]: Int64]
    ) throws(IndexError) {
        for change in changes {
            switch change {
            case .put(let version, let terms):
                try put(version, terms, scope: scopes[version.scope] ?? 0)
            case .erase(let name): erase(name)
            case .note(let key, let value): notes.append((key, value))
            }
        }
    }

    private mutating func put(
        _ version: StoredVersion, _ terms: IndexTerms, scope: Int64
    ) throws(IndexError) {
        guard var entry = entries[version.name] else { throw .conflict(version.name) }
        guard let number = Int64(exactly: version.number), number == entry.version + 1 else {
            throw .conflict(version.name)
        }
        let isLive = version.method != .delete && version.body != nil
        entry.state = isLive ? SQLSchema.State.live : SQLSchema.State.deleted
        entry.version = number
        entry.updated = Int64(clamping: version.lastUpdated.milliseconds)
        entry.scope = scope
        entry.isChanged = true
        entry.terms = isLive ? terms : IndexTerms()
        entry.places.append(versions.count)
        entries[version.name] = entry
        versions.append(
            Version(
                resource: entry.number, version: version, scope: scope,
                hasBody: version.body != nil))
    }

    private mutating func erase(_ name: ResourceName) {
        guard var entry = entries[name], entry.version > 0 else { return }
        for place in entry.places { versions[place].hasBody = false }
        entry.isErased = true
        entry.state = SQLSchema.State.erased
        entry.isChanged = true
        entry.terms = IndexTerms()
        entries[name] = entry
    }
}
