package import Base
package import Encoding

// How rows and arguments of contracts write the field kinds that CBOR has no type for.

extension CBORWriter {
    /// A closed choice as its number.
    package mutating func choice<Choice: RawRepresentable<UInt8>>(_ value: Choice) {
        unsigned(UInt64(value.rawValue))
    }

    /// A set of closed choices: an array of their numbers, which must ascend.
    package mutating func choices<Choice: RawRepresentable<UInt8>>(_ values: [Choice]) {
        list(values) { $0.choice($1) }
    }

    /// Milliseconds since 1970.
    package mutating func time(_ value: Timestamp) { unsigned(value.milliseconds) }
}

extension CBORReader {
    /// A number of one byte, within `range`.
    package mutating func byte(
        in range: ClosedRange<UInt8> = 0...255, field: String
    ) throws(CBORError) -> UInt8 {
        let start = offset
        guard let value = UInt8(exactly: try unsigned()), range.contains(value) else {
            throw .outOfRange(offset: start, field: field)
        }
        return value
    }

    /// A number that must not be zero.
    package mutating func positive(field: String) throws(CBORError) -> UInt64 {
        let start = offset
        let value = try unsigned()
        guard value > 0 else { throw .outOfRange(offset: start, field: field) }
        return value
    }

    /// A closed choice; an unknown number is an error.
    package mutating func choice<Choice: RawRepresentable<UInt8>>(
        _ type: Choice.Type, field: String
    ) throws(CBORError) -> Choice {
        let start = offset
        guard let value = Choice(rawValue: try byte(field: field)) else {
            throw .outOfRange(offset: start, field: field)
        }
        return value
    }

    /// A set of one to `limit` closed choices, whose numbers must ascend: one encoding for one set.
    package mutating func choices<Choice: RawRepresentable<UInt8>>(
        _ type: Choice.Type, atMost limit: Int, field: String
    ) throws(CBORError) -> [Choice] {
        let start = offset
        let values = try list(atMost: limit) { (reader) throws(CBORError) in
            try reader.choice(type, field: field)
        }
        guard !values.isEmpty, values.isAscending else {
            throw .outOfRange(offset: start, field: field)
        }
        return values
    }

    /// Milliseconds since 1970.
    package mutating func time() throws(CBORError) -> Timestamp {
        Timestamp(milliseconds: try unsigned())
    }

    /// A byte string of one to `limit` bytes.
    package mutating func someBytes(
        atMost limit: Int, field: String
    ) throws(CBORError) -> [UInt8] {
        let start = offset
        let value = try byteString(atMost: limit)
        guard !value.isEmpty else { throw .outOfRange(offset: start, field: field) }
        return value
    }
}

extension Array where Element: RawRepresentable<UInt8> {
    /// The same set in the order that ``CBORReader/choices(_:atMost:field:)`` accepts.
    package var ascending: [Element] {
        var values: [Element] = []
        for value in sorted(by: { $0.rawValue < $1.rawValue })
        where values.last?.rawValue != value.rawValue {
            values.append(value)
        }
        return values
    }

    fileprivate var isAscending: Bool {
        zip(self, dropFirst()).allSatisfy { $0.rawValue < $1.rawValue }
    }
}
