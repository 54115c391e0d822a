/// Parses a text into its tape, without recursion.
struct JSONTapeBuilder {
    private var scanner: JSONScanner
    private let limits: JSONLimits
    private var nodes: [JSONNode] = []

    /// Containers that are not closed yet, innermost last.
    private var open: [Frame] = []

    /// The keys of the open objects: fingerprint in the upper half, entry of the tape in the lower.
    private var keys: [UInt64] = []

    private struct Frame {
        let node: Int
        let firstKey: Int
        let isObject: Bool
        var count = 0
    }

    /// Objects with more members than this are checked for duplicates by sorting when they close.
    private static let linearKeyCount = 32

    init(_ base: UnsafePointer<UInt8>, count: Int, limits: JSONLimits) {
        scanner = JSONScanner(base, count: count)
        self.limits = limits
        nodes.reserveCapacity(min(count / 16 + 16, limits.elementCount))
    }

    /// The whole text's tape.
    mutating func build() throws(JSONError) -> [JSONNode] {
        repeat {
            try value()
        } while try nextInContainer()
        scanner.skipSpace()
        guard scanner.offset == scanner.count else {
            throw .trailingBytes(offset: scanner.offset)
        }
        return nodes
    }

    /// Reads the value at the offset: all of it, or a container's opening when it has contents.
    private mutating func value() throws(JSONError) {
        while true {
            scanner.skipSpace()
            let start = scanner.offset
            guard nodes.count < limits.elementCount else { throw .tooManyElements(offset: start) }
            switch try scanner.peek() {
            case 0x22:
                let hasEscapes = try scanner.skipString()
                append(.string, start, hasEscapes: hasEscapes)
            case 0x2D, 0x30...0x39:
                try scanner.skipNumber()
                append(.number, start)
            case 0x7B:
                guard try enter(.object, closing: 0x7D) else { return }
                try key()
                continue
            case 0x5B:
                guard try enter(.array, closing: 0x5D) else { return }
                continue
            case 0x74:
                try scanner.skipWord("true")
                append(.boolean, start)
            case 0x66:
                try scanner.skipWord("false")
                append(.boolean, start)
            case 0x6E:
                try scanner.skipWord("null")
                append(.null, start)
            case 0xEF where start == 0: throw .byteOrderMark(offset: 0)
            default: throw .unexpectedByte(offset: start, expected: "a value")
            }
            return
        }
    }

    @inline(__always)
    private mutating func append(_ kind: JSONKind, _ start: Int, hasEscapes: Bool = false) {
        nodes.append(JSONNode(kind, start: start, end: scanner.offset, hasEscapes: hasEscapes))
    }

    /// Opens a container; false when it was empty and is closed again.
    private mutating func enter(_ kind: JSONKind, closing: UInt8) throws(JSONError) -> Bool {
        let start = scanner.offset
        guard open.count < limits.depth else { throw .tooDeep(offset: start) }
        scanner.advance()
        scanner.skipSpace()
        let node = nodes.count
        nodes.append(JSONNode(kind, start: start, end: 0))
        if try scanner.peek() == closing {
            scanner.advance()
            nodes[node].end = UInt32(truncatingIfNeeded: scanner.offset)
            nodes[node].link = UInt32(truncatingIfNeeded: nodes.count)
            return false
        }
        open.append(Frame(node: node, firstKey: keys.count, isObject: kind == .object))
        return true
    }

    /// After a value: true when another follows, false when the outermost value is complete.
    private mutating func nextInContainer() throws(JSONError) -> Bool {
        while let top = open.indices.last {
            open[top].count &+= 1
            let frame = open[top]
            scanner.skipSpace()
            switch try scanner.peek() {
            case 0x2C:
                scanner.advance()
                if frame.isObject { try key() }
                return true
            case 0x7D where frame.isObject, 0x5D where !frame.isObject:
                scanner.advance()
                try close(frame)
            default:
                throw .unexpectedByte(
                    offset: scanner.offset, expected: frame.isObject ? "',' or '}'" : "',' or ']'")
            }
        }
        return false
    }

    private mutating func close(_ frame: Frame) throws(JSONError) {
        open.removeLast()
        nodes[frame.node].end = UInt32(truncatingIfNeeded: scanner.offset)
        nodes[frame.node].link = UInt32(truncatingIfNeeded: nodes.count)
        nodes[frame.node].count = frame.count
        guard frame.isObject else { return }
        if frame.count > Self.linearKeyCount { try refuseDuplicates(from: frame.firstKey) }
        keys.removeSubrange(frame.firstKey...)
    }

    // MARK: Keys

    /// Reads a member's name and the colon behind it.
    private mutating func key() throws(JSONError) {
        scanner.skipSpace()
        let start = scanner.offset
        guard nodes.count < limits.elementCount else { throw .tooManyElements(offset: start) }
        guard try scanner.peek() == 0x22 else {
            throw .unexpectedByte(offset: start, expected: "a member's name in quotes")
        }
        let hasEscapes = try scanner.skipString()
        let text = scanner.bytes(start + 1..<scanner.offset - 1)
        let fingerprint =
            hasEscapes
            ? JSONText.unescape(text).withUnsafeBufferPointer(keyFingerprint)
            : keyFingerprint(text)
        let node = JSONNode(
            .string, start: start, end: scanner.offset, link: fingerprint, hasEscapes: hasEscapes)
        if let frame = open.last, keys.count - frame.firstKey < Self.linearKeyCount {
            for index in frame.firstKey..<keys.count
            where UInt32(truncatingIfNeeded: keys[index] >> 32) == fingerprint {
                let other = nodes[Int(keys[index] & 0xFFFF_FFFF)]
                if compare(node, other) == 0 { throw .duplicateKey(offset: start) }
            }
        }
        keys.append(UInt64(fingerprint) << 32 | UInt64(nodes.count))
        nodes.append(node)
        scanner.skipSpace()
        guard try scanner.peek() == 0x3A else {
            throw .unexpectedByte(offset: scanner.offset, expected: "':'")
        }
        scanner.advance()
    }

    /// Sorts the names of a large object; n log n comparisons whatever the names are.
    private func refuseDuplicates(from first: Int) throws(JSONError) {
        let sorted = keys[first...].map { nodes[Int($0 & 0xFFFF_FFFF)] }.sorted {
            let order = compare($0, $1)
            return order == 0 ? $0.start < $1.start : order < 0
        }
        var duplicate: UInt32?
        for (left, right) in zip(sorted, sorted.dropFirst()) where compare(left, right) == 0 {
            duplicate = min(duplicate ?? .max, right.start)
        }
        if let duplicate { throw .duplicateKey(offset: Int(duplicate)) }
    }

    /// Negative, zero or positive as the first name comes before, equals or follows the second.
    private func compare(_ left: JSONNode, _ right: JSONNode) -> Int {
        let first = scanner.bytes(Int(left.start) + 1..<Int(left.end) - 1)
        let second = scanner.bytes(Int(right.start) + 1..<Int(right.end) - 1)
        guard left.hasEscapes || right.hasEscapes else { return Self.compare(first, second) }
        return JSONText.unescape(first).withUnsafeBufferPointer { first in
            JSONText.unescape(second).withUnsafeBufferPointer { Self.compare(first, $0) }
        }
    }

    private static func compare(
        _ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>
    ) -> Int {
        for index in 0..<min(left.count, right.count) where left[index] != right[index] {
            return Int(left[index]) - Int(right[index])
        }
        return left.count - right.count
    }
}
