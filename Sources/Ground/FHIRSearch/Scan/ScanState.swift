import Base

/// Everything that a ``ScanIndex`` keeps.
struct ScanState: Sendable {
    /// All versions by name, ascending.
    private(set) var versions: [ResourceName: [StoredVersion]] = [:]
    /// Terms of current versions.
    private(set) var terms: [ResourceName: IndexTerms] = [:]
    /// Names of versions in the order in which they were written.
    private(set) var log: [(name: ResourceName, number: UInt64)] = []
    /// Labels in the order of their first use; the first has number 1.
    private(set) var scopes: [[UInt8]] = []
    private(set) var notes: [String: [UInt8]] = [:]

    mutating func apply(_ change: IndexChange) throws(IndexError) {
        switch change {
        case .put(let version, let terms):
            let name = version.name
            guard version.number == (versions[name]?.last?.number ?? 0) + 1 else {
                throw .conflict(name)
            }
            versions[name, default: []].append(version)
            log.append((name, version.number))
            self.terms[name] = terms
            if !scopes.contains(version.scope) { scopes.append(version.scope) }
        case .erase(let name):
            versions[name] = versions[name]?.map { version in
                StoredVersion(
                    name: name, number: version.number, method: version.method,
                    lastUpdated: version.lastUpdated, scope: version.scope,
                    origin: version.origin, body: nil)
            }
            terms[name] = nil
        case .note(let key, let value): notes[key] = value
        }
    }

    /// Whether a label is among those that a request may see.
    func sees(_ label: [UInt8], _ visible: Visibility) -> Bool {
        switch visible {
        case .everything: true
        case .scopes(let numbers):
            scopes.firstIndex(of: label).map { numbers.contains(Int64($0) + 1) } ?? false
        }
    }

    /// The current version where it can be found: neither deleted nor erased, and visible.
    func found(_ name: ResourceName, _ visible: Visibility) -> StoredVersion? {
        guard let version = versions[name]?.last, version.body != nil,
            version.method != .delete, sees(version.scope, visible)
        else { return nil }
        return version
    }
}
