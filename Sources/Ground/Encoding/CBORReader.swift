package import Base

/// Reads deterministic CBOR item by item and refuses every other encoding of the same value.
///
/// The reader allocates nothing before it has checked that the bytes are there, so a hostile length
/// costs nothing. It never traps on input.
package struct CBORReader: Sendable {
    /// The byte at which the next item starts.
    package private(set) var offset = 0

    private let bytes: [UInt8]
    let limits: CBORLimits

    /// - Throws: ``CBORError/tooLarge(offset:)`` when the input is over its limit.
    package init(_ bytes: [UInt8], limits: CBORLimits = .standard) throws(CBORError) {
        guard bytes.count <= limits.byteCount else { throw .tooLarge(offset: limits.byteCount) }
        self.bytes = bytes
        self.limits = limits
    }

    /// True when every byte has been read.
    package var isAtEnd: Bool { offset == bytes.count }

    /// Checks that nothing follows.
    package func finish() throws(CBORError) {
        guard isAtEnd else { throw .trailingBytes(offset: offset) }
    }

    /// An unsigned integer (major type 0).
    package mutating func unsigned() throws(CBORError) -> UInt64 {
        try head(expecting: 0, "unsigned integer")
    }

    /// An unsigned integer no larger than `limit`.
    package mutating func unsigned(
        atMost limit: UInt64, field: String
    ) throws(CBORError) -> UInt64 {
        let start = offset
        let value = try unsigned()
        guard value <= limit else { throw .outOfRange(offset: start, field: field) }
        return value
    }

    /// A signed integer of 64 bits (major type 0 or 1).
    package mutating func integer() throws(CBORError) -> Int64 {
        let start = offset
        let (major, value) = try head()
        guard value <= UInt64(Int64.max) else {
            throw .outOfRange(offset: start, field: "integer")
        }
        switch major {
        case 0: return Int64(value)
        case 1: return -1 - Int64(value)
        default: throw .unexpected(offset: start, expected: "integer")
        }
    }

    /// A byte string of at most `limit` bytes.
    package mutating func byteString(atMost limit: Int = .max) throws(CBORError) -> [UInt8] {
        let start = offset
        return Array(bytes[try range(of: 2, "byte string", start: start, limit: limit)])
    }

    /// A byte string of exactly `count` bytes.
    package mutating func byteString(count: Int) throws(CBORError) -> [UInt8] {
        let start = offset
        let value = try byteString(atMost: count)
        guard value.count == count else {
            throw .unexpected(offset: start, expected: "\(count) bytes")
        }
        return value
    }

    /// A byte string of exactly 32 bytes.
    package mutating func hash() throws(CBORError) -> Hash256 {
        let start = offset
        let range = try range(of: 2, "32 bytes", start: start, limit: Hash256.byteCount)
        guard range.count == Hash256.byteCount else {
            throw .unexpected(offset: start, expected: "32 bytes")
        }
        return bytes.withUnsafeBytes { Hash256(reading: .init(rebasing: $0[range])) }
    }

    /// A text string of at most `limit` UTF-8 bytes.
    package mutating func text(atMost limit: Int = .max) throws(CBORError) -> String {
        let start = offset
        let slice = bytes[try range(of: 3, "text", start: start, limit: limit)]
        guard let text = String(validating: slice, as: UTF8.self) else {
            throw .invalidText(offset: start)
        }
        return text
    }

    /// The head of an array of at most `limit` elements; returns how many follow.
    package mutating func array(atMost limit: Int = .max) throws(CBORError) -> Int {
        let start = offset
        let count = try head(expecting: 4, "array")
        guard count <= UInt64(min(limit, limits.elementCount)) else {
            throw .tooLarge(offset: start)
        }
        // Each element takes a byte at least, so callers may reserve room for what is returned.
        guard count <= UInt64(bytes.count - offset) else { throw .truncated(offset: start) }
        return Int(count)
    }

    /// The head of a map of at most `limit` pairs; returns how many follow.
    ///
    /// The caller checks that the keys ascend in the order of their encoded bytes.
    package mutating func map(atMost limit: Int = .max) throws(CBORError) -> Int {
        let start = offset
        let count = try head(expecting: 5, "map")
        guard count <= UInt64(min(limit, limits.elementCount)) else {
            throw .tooLarge(offset: start)
        }
        guard count <= UInt64((bytes.count - offset) / 2) else { throw .truncated(offset: start) }
        return Int(count)
    }

    /// The head of an array of exactly `count` elements: how Kanglian's structures begin.
    package mutating func structure(_ count: Int, _ name: String) throws(CBORError) {
        let start = offset
        guard try head(expecting: 4, name) == UInt64(count) else {
            throw .unexpected(offset: start, expected: "\(name) of \(count) fields")
        }
    }

    /// False or true.
    package mutating func bool() throws(CBORError) -> Bool {
        switch try peek() {
        case 0xF4:
            offset += 1
            return false
        case 0xF5:
            offset += 1
            return true
        default: throw .unexpected(offset: offset, expected: "boolean")
        }
    }

    /// Consumes a null if it is next.
    package mutating func isNull() throws(CBORError) -> Bool {
        guard try peek() == 0xF6 else { return false }
        offset += 1
        return true
    }

    /// Null as nil, or the value through `read`.
    package mutating func optional<Value>(
        _ read: (inout CBORReader) throws(CBORError) -> Value
    ) throws(CBORError) -> Value? {
        try isNull() ? nil : try read(&self)
    }

    /// An array whose elements are read by `read`.
    package mutating func list<Element>(
        atMost limit: Int, _ read: (inout CBORReader) throws(CBORError) -> Element
    ) throws(CBORError) -> [Element] {
        let count = try array(atMost: limit)
        var elements: [Element] = []
        // Elements may be far larger in memory than in the input, so room grows with what was read.
        elements.reserveCapacity(min(count, 1024))
        for _ in 0..<count { elements.append(try read(&self)) }
        return elements
    }

    /// The encoded bytes of the next item, checked to be canonical, whatever it is.
    package mutating func rawItem() throws(CBORError) -> [UInt8] {
        let start = offset
        try skip(depth: 0)
        return Array(bytes[start..<offset])
    }

    // MARK: Heads

    /// The next item's first byte, which stays unread.
    func peek() throws(CBORError) -> UInt8 {
        guard offset < bytes.count else { throw .truncated(offset: offset) }
        return bytes[offset]
    }

    /// Reads a head: the major type and its argument in the shortest form.
    package mutating func head() throws(CBORError) -> (major: UInt8, value: UInt64) {
        let start = offset
        let initial = try peek()
        let information = initial & 31
        offset += 1
        guard information >= 24 else { return (initial >> 5, UInt64(information)) }
        guard information <= 27 else { throw .notCanonical(offset: start) }
        let count = 1 << Int(information - 24)
        guard bytes.count - offset >= count else { throw .truncated(offset: start) }
        var value: UInt64 = 0
        for byte in bytes[offset..<offset + count] { value = value << 8 | UInt64(byte) }
        offset += count
        let least: UInt64 = count == 1 ? 24 : 1 << UInt64(4 * count)
        guard value >= least else { throw .notCanonical(offset: start) }
        return (initial >> 5, value)
    }

    private mutating func head(
        expecting major: UInt8, _ name: String
    ) throws(CBORError) -> UInt64 {
        let start = offset
        let (found, value) = try head()
        guard found == major else { throw .unexpected(offset: start, expected: name) }
        return value
    }

    private mutating func range(
        of major: UInt8, _ name: String, start: Int, limit: Int
    ) throws(CBORError) -> Range<Int> {
        let count = try head(expecting: major, name)
        guard count <= UInt64(limit) else { throw .tooLarge(offset: start) }
        guard count <= UInt64(bytes.count - offset) else { throw .truncated(offset: start) }
        let first = offset
        offset += Int(count)
        return first..<offset
    }

    /// Steps over one item; the recursion ends at the limit of depth.
    private mutating func skip(depth: Int) throws(CBORError) {
        let start = offset
        let kind = try peek() >> 5
        guard depth < limits.depth || kind != 4 && kind != 5 else {
            throw .tooDeep(offset: start)
        }
        switch kind {
        case 0, 1: _ = try head()
        case 2: _ = try range(of: 2, "byte string", start: start, limit: .max)
        case 3: _ = try text()
        case 4: for _ in 0..<(try array()) { try skip(depth: depth + 1) }
        case 5:
            var previous = 0..<0
            for _ in 0..<(try map()) {
                let keyStart = offset
                try skip(depth: depth + 1)
                try checkKey(keyStart..<offset, after: previous)
                previous = keyStart..<offset
                try skip(depth: depth + 1)
            }
        default: try skipSimple()
        }
    }

    /// Checks that a map's key follows the one before it, which is empty for the first.
    func checkKey(_ key: Range<Int>, after previous: Range<Int>) throws(CBORError) {
        guard bytes[previous].lexicographicallyPrecedes(bytes[key]) else {
            throw .mapKeys(offset: key.lowerBound)
        }
    }

    private mutating func skipSimple() throws(CBORError) {
        switch try peek() {
        case 0xF4, 0xF5, 0xF6: offset += 1
        default: throw .unsupported(offset: offset)
        }
    }
}
