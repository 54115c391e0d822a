/// A value with exactly one CBOR encoding: decoding accepts only what encoding would have written.
package protocol CBORCodable: Sendable {
    /// Appends this value.
    func encode(to writer: inout CBORWriter)

    /// Reads one value and leaves the reader behind it.
    init(from reader: inout CBORReader) throws(CBORError)
}

extension CBORCodable {
    /// The value's only encoding.
    package var encoded: [UInt8] {
        var writer = CBORWriter()
        encode(to: &writer)
        return writer.bytes
    }

    /// Decodes a whole input: nothing may follow the value.
    package init(decoding bytes: [UInt8], limits: CBORLimits = .standard) throws(CBORError) {
        var reader = try CBORReader(bytes, limits: limits)
        self = try Self(from: &reader)
        try reader.finish()
    }
}
