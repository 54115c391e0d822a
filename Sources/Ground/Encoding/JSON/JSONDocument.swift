/// A parsed JSON text that keeps its bytes: numbers, white space and order stay as they came.
///
/// Parsing checks everything once and builds a flat tape; elements are views into it. Copies share
/// their storage.
package struct JSONDocument: Sendable {
    private let storage: JSONStorage

    /// Parses a whole text.
    ///
    /// - Throws: ``JSONError`` for anything that RFC 8259 does not allow, and for duplicate keys,
    ///   lone surrogates, a byte order mark and exceeded limits.
    package init(
        parsing bytes: [UInt8], limits: JSONLimits = .standard
    ) throws(JSONError) {
        guard bytes.count <= limits.byteCount else { throw .tooLarge(offset: limits.byteCount) }
        let nodes = try bytes.withUnsafeBufferPointer {
            buffer throws(JSONError) -> [JSONNode] in
            guard let base = buffer.baseAddress else { throw .truncated(offset: 0) }
            var builder = JSONTapeBuilder(base, count: buffer.count, limits: limits)
            return try builder.build()
        }
        storage = JSONStorage(bytes: bytes, nodes: nodes)
    }

    /// The text, byte for byte as it was given.
    package var bytes: [UInt8] { storage.bytes }

    /// The outermost value.
    package var root: JSONElement { JSONElement(storage, 0) }
}

/// What a document and its elements share; never changed after parsing.
final class JSONStorage: Sendable {
    let bytes: [UInt8]
    let nodes: [JSONNode]

    init(bytes: [UInt8], nodes: [JSONNode]) {
        self.bytes = bytes
        self.nodes = nodes
    }

    /// The entry behind a value and all that it contains.
    @inline(__always)
    func after(_ index: Int) -> Int {
        let node = nodes[index]
        return node.isContainer ? Int(node.link) : index + 1
    }

    /// The decoded text of a string or key.
    func text(_ index: Int) -> String {
        let node = nodes[index]
        let range = Int(node.start) + 1..<Int(node.end) - 1
        return bytes.withUnsafeBufferPointer { buffer in
            let text = UnsafeBufferPointer(rebasing: buffer[range])
            return node.hasEscapes
                ? String(decoding: JSONText.unescape(text), as: UTF8.self)
                : String(decoding: text, as: UTF8.self)
        }
    }

    /// Whether a string or key stands for exactly these bytes of UTF-8.
    func equals(_ index: Int, _ other: UnsafeBufferPointer<UInt8>) -> Bool {
        let node = nodes[index]
        let range = Int(node.start) + 1..<Int(node.end) - 1
        guard node.hasEscapes || range.count == other.count else { return false }
        return bytes.withUnsafeBufferPointer { buffer in
            let text = UnsafeBufferPointer(rebasing: buffer[range])
            return node.hasEscapes
                ? JSONText.unescape(text).elementsEqual(other) : text.elementsEqual(other)
        }
    }
}
