package import Base

/// A new value for one key of the state tree.
package struct StateChange: Hashable, Sendable {
    /// Where in the tree; keys are digests, so that nobody can choose long shared prefixes cheaply.
    package let key: Hash256

    /// The digest of the new value, or nil to delete the key.
    package let valueHash: Hash256?

    package init(key: Hash256, valueHash: Hash256?) {
        (self.key, self.valueHash) = (key, valueHash)
    }

    /// The changes in the order of their keys; of several for one key the last one.
    static func sorted(_ changes: [StateChange]) -> [StateChange] {
        if zip(changes, changes.dropFirst()).allSatisfy({ $0.key < $1.key }) { return changes }
        let order = changes.indices.sorted {
            (changes[$0].key, $0) < (changes[$1].key, $1)
        }
        var result: [StateChange] = []
        result.reserveCapacity(changes.count)
        for index in order {
            if result.last?.key == changes[index].key { result.removeLast() }
            result.append(changes[index])
        }
        return result
    }
}
