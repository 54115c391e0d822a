/// Changes that a store applies together; the last change of a key wins.
package struct WriteBatch: Sendable {
    /// One change.
    package enum Operation: Hashable, Sendable {
        case put(key: [UInt8], value: [UInt8])
        case delete(key: [UInt8])
    }

    /// The changes, in the order they were added.
    package private(set) var operations: [Operation] = []

    /// Bytes of all keys and values.
    package private(set) var byteCount = 0

    package init() {}

    /// How many changes there are, repeated keys included.
    package var count: Int { operations.count }

    package var isEmpty: Bool { operations.isEmpty }

    /// Sets the value of a key.
    package mutating func put(_ key: [UInt8], _ value: [UInt8]) {
        operations.append(.put(key: key, value: value))
        byteCount += key.count + value.count
    }

    /// Removes a key; no error if it is absent.
    package mutating func delete(_ key: [UInt8]) {
        operations.append(.delete(key: key))
        byteCount += key.count
    }

    /// Adds the changes of another batch after these.
    package mutating func append(_ other: WriteBatch) {
        operations.append(contentsOf: other.operations)
        byteCount += other.byteCount
    }
}
