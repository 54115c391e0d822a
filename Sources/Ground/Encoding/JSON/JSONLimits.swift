/// Bounds that the JSON parser enforces while it reads.
package struct JSONLimits: Hashable, Sendable {
    /// Bytes of the whole text; never more than 4 GiB − 1, which is what the tape can address.
    package let byteCount: Int
    /// Nested arrays and objects; never more than ``maximumDepth``.
    package let depth: Int
    /// Values and keys of the whole text; each takes 16 bytes of memory.
    package let elementCount: Int

    /// The deepest nesting any limit allows: trees are walked by recursion on a thread's stack.
    package static let maximumDepth = 512

    package init(byteCount: Int, depth: Int, elementCount: Int) {
        self.byteCount = min(byteCount, Int(UInt32.max))
        self.depth = min(depth, Self.maximumDepth)
        self.elementCount = min(elementCount, Int(UInt32.max >> 4))
    }

    /// 64 MiB, 64 levels, 8 million values: a resident's whole history in one Bundle.
    package static let standard = JSONLimits(
        byteCount: 64 << 20, depth: 64, elementCount: 8_000_000)

    /// 4 MiB, 32 levels, 200,000 values: the body of an ordinary request.
    package static let request = JSONLimits(
        byteCount: 4 << 20, depth: 32, elementCount: 200_000)
}
