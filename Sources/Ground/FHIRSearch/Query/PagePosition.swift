package import Base
import Encoding

/// Where a page of matches ended: the sort values of the last match, and its name.
///
/// As a ``PageMark`` it comes back from strangers. Everything in it is checked, and an engine only
/// compares with it, so that a changed mark leads to another place of the same answer.
package struct PagePosition: Hashable, Sendable {
    /// A value by which matches are ordered; nil where a match has none.
    package let values: [SortValue?]
    package let name: ResourceName

    package init(values: [SortValue?], name: ResourceName) {
        (self.values, self.name) = (values, name)
    }
}

/// What an order compares: the same in all engines.
package enum SortValue: Hashable, Sendable, Comparable {
    case integer(Int64)
    case real(Double)
    /// The first ``SearchLimits/sortBytes`` bytes of a text or code.
    case bytes([UInt8])

    package static func < (left: SortValue, right: SortValue) -> Bool {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): left < right
        case (.real(let left), .real(let right)): left < right
        case (.bytes(let left), .bytes(let right)): left.lexicographicallyPrecedes(right)
        case (.integer, _), (.real, .bytes): true
        default: false
        }
    }

    /// The first bytes of a text.
    package static func start(of text: String) -> SortValue {
        .bytes(Array(text.utf8.prefix(SearchLimits.sortBytes)))
    }
}

extension PagePosition {
    private static let byteLimit = 384

    /// The mark, which is read by ``init(_:for:)``.
    package var mark: PageMark {
        var writer = CBORWriter()
        writer.array(3)
        writer.text(name.type)
        writer.text(name.id)
        writer.list(values) { writer, value in
            writer.array(2)
            switch value {
            case nil:
                writer.unsigned(0)
                writer.unsigned(0)
            case .integer(let value):
                writer.unsigned(1)
                writer.unsigned(UInt64(bitPattern: value))
            case .real(let value):
                writer.unsigned(2)
                writer.unsigned(value.bitPattern)
            case .bytes(let bytes):
                writer.unsigned(3)
                writer.byteString(bytes)
            }
        }
        return PageMark(text: Base64URL.encode(writer.bytes))
    }

    /// Reads a mark; nil when it cannot be one of a query with this order.
    package init?(_ mark: PageMark, for sort: [SortKey]) {
        guard mark.text.utf8.count <= 512, let bytes = Base64URL.decode(mark.text),
            bytes.count <= Self.byteLimit, let position = try? Self.read(bytes, sort.count),
            zip(position.values, sort).allSatisfy({ $0?.isValue(of: $1) ?? true })
        else { return nil }
        self = position
    }

    private static func read(_ bytes: [UInt8], _ count: Int) throws(CBORError) -> PagePosition {
        var reader = try CBORReader(bytes)
        try reader.structure(3, "page mark")
        let (type, id) = (try reader.text(), try reader.text())
        let values = try reader.list(atMost: count) { reader throws(CBORError) -> SortValue? in
            try reader.structure(2, "sort value")
            let start = reader.offset
            switch try reader.unsigned() {
            case 0:
                _ = try reader.unsigned(atMost: 0, field: "no value")
                return nil
            case 1: return .integer(Int64(bitPattern: try reader.unsigned()))
            case 2:
                let value = Double(bitPattern: try reader.unsigned())
                guard !value.isNaN else { throw .outOfRange(offset: start, field: "sort value") }
                return .real(value)
            case 3: return .bytes(try reader.byteString())
            default: throw .outOfRange(offset: start, field: "kind of sort value")
            }
        }
        guard values.count == count else { throw .outOfRange(offset: 0, field: "sort values") }
        try reader.finish()
        return PagePosition(values: values, name: ResourceName(type: type, id: id))
    }

    /// Whether this position stands before another one in an order.
    package func precedes(_ other: PagePosition, in sort: [SortKey]) -> Bool {
        for ((left, right), key) in zip(zip(values, other.values), sort) where left != right {
            guard let left else { return false }
            guard let right else { return true }
            return key.isDescending ? right < left : left < right
        }
        return name < other.name
    }
}

extension SortValue {
    fileprivate func isValue(of key: SortKey) -> Bool {
        switch (self, key.value) {
        case (.bytes, .id), (.integer, .lastUpdated), (.bytes, .terms(_, .token)),
            (.bytes, .terms(_, .text)), (.integer, .terms(_, .date)), (.real, .terms(_, .number)):
            true
        default: false
        }
    }
}

extension SortKey {
    /// The value by which a resource is ordered; nil when it has none.
    package func value(name: ResourceName, lastUpdated: Timestamp, terms: IndexTerms) -> SortValue?
    {
        switch value {
        case .id: return .start(of: name.id)
        case .lastUpdated: return .integer(Int64(clamping: lastUpdated.milliseconds))
        case .terms(let keys, let kind):
            let values = terms.terms.compactMap { term in
                keys.contains(term.key) && term.value.kind == kind ? value(of: term.value) : nil
            }
            return isDescending ? values.max() : values.min()
        }
    }

    private func value(of term: TermValue) -> SortValue? {
        switch term {
        case .token(_, let code): .start(of: code)
        case .text(let folded, _): .start(of: folded)
        case .date(let low, let high): .integer(isDescending ? high : low)
        case .number("", let low, let high): .real(isDescending ? high : low)
        case .number, .reference, .external: nil
        }
    }
}
