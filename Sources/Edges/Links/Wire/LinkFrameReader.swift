/// Cuts a stream of bytes into frames; refuses a bad head before any of its payload is there.
package struct LinkFrameReader: Sendable {
    private var buffer: [UInt8] = []
    private var start = 0

    package init() {}

    /// Bytes that came in and are not part of a frame that was taken.
    package var byteCount: Int { buffer.count - start }

    /// Adds what came in.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: buffer.capacity <= 4 * LinkFrame.pieceByteCount)
            start = 0
        } else if start >= LinkFrame.pieceByteCount {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole frame; nil until more bytes come.
    package mutating func next() throws(LinkFault) -> LinkFrame? {
        guard byteCount >= LinkFrame.headByteCount else { return nil }
        guard let kind = LinkFrame.Kind(rawValue: buffer[start + 4]) else { throw .malformedFrame }
        let count = buffer[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
        guard count <= kind.byteCounts.upperBound else { throw .oversized }
        guard count >= kind.byteCounts.lowerBound else { throw .malformedFrame }
        guard byteCount >= LinkFrame.headByteCount + count else { return nil }
        let first = start + LinkFrame.headByteCount
        start = first + count
        return LinkFrame(kind, Array(buffer[first..<start]))
    }
}
