/// Why bytes are not the deterministic CBOR that was expected; offsets count bytes from 0.
package enum CBORError: Error, Hashable, Sendable {
    /// The bytes end inside an item.
    case truncated(offset: Int)
    /// Bytes follow the last item.
    case trailingBytes(offset: Int)
    /// An integer or length is not in its shortest form, or a length is indefinite.
    case notCanonical(offset: Int)
    /// Map keys are out of order or stand twice.
    case mapKeys(offset: Int)
    /// Another kind of item, or another count of elements, was expected.
    case unexpected(offset: Int, expected: String)
    /// Text is not valid UTF-8.
    case invalidText(offset: Int)
    /// A value is outside of the range its field allows.
    case outOfRange(offset: Int, field: String)
    /// Nesting is deeper than ``CBORLimits/depth``.
    case tooDeep(offset: Int)
    /// The input, a string or a collection is larger than its limit.
    case tooLarge(offset: Int)
    /// A simple value, float or tag that deterministic Kanglian CBOR does not use.
    case unsupported(offset: Int)
}

/// Bounds that a decoder enforces before it allocates.
package struct CBORLimits: Hashable, Sendable {
    /// Bytes of the whole input.
    package var byteCount: Int
    /// Nested arrays, maps and tags.
    package var depth: Int
    /// Elements of one array, or pairs of one map.
    package var elementCount: Int

    package init(byteCount: Int, depth: Int, elementCount: Int) {
        (self.byteCount, self.depth, self.elementCount) = (byteCount, depth, elementCount)
    }

    /// 16 MiB, 32 levels, a million elements: the most that any message of Kanglian may hold.
    package static let standard = CBORLimits(
        byteCount: 16 << 20, depth: 32, elementCount: 1_000_000)
}
