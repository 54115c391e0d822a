/// Any item of deterministic Kanglian CBOR as a tree, for people and tools that inspect bytes.
///
/// Contracts and ledger structures read their fields directly instead; see ``CBORCodable``.
package enum CBORValue: Hashable, CBORCodable {
    /// Major type 0.
    case unsigned(UInt64)
    /// Major type 1: the integer −1 − n.
    case negative(UInt64)
    case byteString([UInt8])
    case text(String)
    case array([CBORValue])
    /// Pairs in the order of their encoded keys, without repetition.
    case map([CBORPair])
    case bool(Bool)
    case null

    /// One key and value of a map.
    package struct CBORPair: Hashable, Sendable {
        package let key: CBORValue
        package let value: CBORValue

        package init(_ key: CBORValue, _ value: CBORValue) {
            self.key = key
            self.value = value
        }
    }

    /// A map whose pairs are put in order; nil when a key is repeated.
    package static func map(sorting pairs: [CBORPair]) -> CBORValue? {
        let sorted = pairs.map { (key: $0.key.encoded, pair: $0) }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
        guard zip(sorted, sorted.dropFirst()).allSatisfy({ $0.key != $1.key }) else { return nil }
        return .map(sorted.map(\.pair))
    }

    /// Values are equal when their encodings are; texts are not compared by canonical equivalence.
    package static func == (left: CBORValue, right: CBORValue) -> Bool {
        left.encoded == right.encoded
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(encoded) }

    package func encode(to writer: inout CBORWriter) {
        switch self {
        case .unsigned(let value): writer.unsigned(value)
        case .negative(let value): writer.negative(value)
        case .byteString(let bytes): writer.byteString(bytes)
        case .text(let text): writer.text(text)
        case .array(let elements): writer.list(elements) { $1.encode(to: &$0) }
        case .map(let pairs):
            writer.map(pairs.count)
            for pair in pairs {
                pair.key.encode(to: &writer)
                pair.value.encode(to: &writer)
            }
        case .bool(let value): writer.bool(value)
        case .null: writer.null()
        }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try self.init(from: &reader, depth: 0)
    }

    private init(from reader: inout CBORReader, depth: Int) throws(CBORError) {
        let kind = try reader.peek() >> 5
        guard depth < reader.limits.depth || kind != 4 && kind != 5 else {
            throw .tooDeep(offset: reader.offset)
        }
        switch kind {
        case 0: self = .unsigned(try reader.unsigned())
        case 1: self = .negative(try reader.head().value)
        case 2: self = .byteString(try reader.byteString())
        case 3: self = .text(try reader.text())
        case 4:
            var elements: [CBORValue] = []
            for _ in 0..<(try reader.array()) {
                elements.append(try CBORValue(from: &reader, depth: depth + 1))
            }
            self = .array(elements)
        case 5:
            var pairs: [CBORPair] = []
            var previous = 0..<0
            for _ in 0..<(try reader.map()) {
                let start = reader.offset
                let key = try CBORValue(from: &reader, depth: depth + 1)
                try reader.checkKey(start..<reader.offset, after: previous)
                previous = start..<reader.offset
                pairs.append(CBORPair(key, try CBORValue(from: &reader, depth: depth + 1)))
            }
            self = .map(pairs)
        default:
            switch try reader.peek() {
            case 0xF4, 0xF5: self = .bool(try reader.bool())
            case 0xF6 where try reader.isNull(): self = .null
            default: throw .unsupported(offset: reader.offset)
            }
        }
    }

    /// The value in diagnostic notation (RFC 8949 §8), on one line.
    package var diagnosticNotation: String {
        var bytes: [UInt8] = []
        appendNotation(to: &bytes, indentation: nil)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The value in diagnostic notation, with each element of a nested container on its own line.
    package var indentedNotation: String {
        var bytes: [UInt8] = []
        appendNotation(to: &bytes, indentation: 0)
        return String(decoding: bytes, as: UTF8.self)
    }
}
