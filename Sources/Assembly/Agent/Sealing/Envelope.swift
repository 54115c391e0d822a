package import Cryptography
package import Encoding
import Ledger

/// To which kind of key a data key is sealed.
package enum WrapKind: UInt8, Hashable, Sendable {
    /// The owner's key of the record's domain and epoch.
    case ownerEpoch = 1
    /// A key that follows from the writer's reading seed.
    case writer = 2
}

/// The sealed data key of one record version, as it lies in the vault.
///
/// | field | type | meaning |
/// |---|---|---|
/// | version | 1 | this format |
/// | suite | integer | the cipher of the body |
/// | wraps | 1 or 2 of [kind, byte string] | data key ‖ commitment secret, kinds ascending |
///
/// The owner's wrap is HPKE. The writer has the reading seed at hand, so its wrap is a `Sealing`
/// under a key derived from that seed: half the work of a second HPKE, for the same readers.
///
/// Destroying the envelope destroys the data key and the commitment secret: that is erasure.
package struct Envelope: Hashable, Sendable, CBORCodable {
    /// Data key and commitment secret.
    static let secretCount = 64

    /// One sealed copy of the data key.
    package struct Wrap: Hashable, Sendable {
        package let kind: WrapKind
        package let sealed: [UInt8]
    }

    package let suite: CipherSuite
    package let wraps: [Wrap]

    init(suite: CipherSuite, wraps: [Wrap]) { (self.suite, self.wraps) = (suite, wraps) }

    /// Bytes of one wrap.
    private static func count(of kind: WrapKind, _ suite: CipherSuite) -> Int {
        switch kind {
        case .ownerEpoch: secretCount + HPKE.overhead
        case .writer: secretCount + Sealing.overhead(of: suite)
        }
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(3)
        writer.unsigned(1)
        writer.unsigned(UInt64(suite.rawValue))
        writer.list(wraps) { writer, wrap in
            writer.array(2)
            writer.unsigned(UInt64(wrap.kind.rawValue))
            writer.byteString(wrap.sealed)
        }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(3, "envelope")
        try reader.version(1, "envelope")
        let suite = try reader.cipherSuite()
        self.suite = suite
        let start = reader.offset
        wraps = try reader.list(atMost: 2) { (reader) throws(CBORError) in
            try reader.structure(2, "wrap")
            let kindOffset = reader.offset
            guard
                let kind = WrapKind(
                    rawValue: UInt8(try reader.unsigned(atMost: 255, field: "wrap kind")))
            else { throw .outOfRange(offset: kindOffset, field: "wrap kind") }
            return Wrap(
                kind: kind, sealed: try reader.byteString(count: Self.count(of: kind, suite)))
        }
        guard let first = wraps.first,
            wraps.count == 1 || first.kind.rawValue < wraps[1].kind.rawValue
        else { throw .outOfRange(offset: start, field: "wraps") }
    }
}

extension CBORReader {
    /// A cipher suite's byte.
    mutating func cipherSuite() throws(CBORError) -> CipherSuite {
        let start = offset
        guard
            let suite = CipherSuite(
                rawValue: UInt8(try unsigned(atMost: 255, field: "cipher suite")))
        else { throw .outOfRange(offset: start, field: "cipher suite") }
        return suite
    }
}
