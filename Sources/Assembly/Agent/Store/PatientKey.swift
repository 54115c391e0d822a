package import Base
import Cryptography
import Encoding

/// The handle under which an institution finds a patient: a keyed digest of an identifier.
///
/// Without the registry secret nobody can test a guess, not even with the open journal at hand.
package struct PatientKey: Hashable, Sendable {
    /// What was digested.
    package enum Kind: UInt8, Hashable, Sendable {
        /// A business identifier: its system and value.
        case identifier = 1
        /// The id of a Patient resource, which means something at its source only.
        case resource = 2
    }

    package let kind: Kind
    package let digest: Hash256

    /// The key of an identifier.
    init(system: String, value: String, secret: SecretBytes) {
        self.init(.identifier, system, value, secret)
    }

    /// The key of a Patient resource at its source.
    init(source: String, id: String, secret: SecretBytes) {
        self.init(.resource, source, id, secret)
    }

    private init(_ kind: Kind, _ first: String, _ second: String, _ secret: SecretBytes) {
        var writer = CBORWriter()
        writer.array(3)
        writer.unsigned(UInt64(kind.rawValue))
        writer.text(first)
        writer.text(second)
        self.kind = kind
        digest = HashSuite.sha256.authenticationCode(
            key: secret, Array("kanglian/patient/1\0".utf8) + writer.bytes)
    }

    init(fieldsOf reader: inout CBORReader) throws(CBORError) {
        digest = try reader.hash()
        let start = reader.offset
        guard let kind = Kind(rawValue: UInt8(try reader.unsigned(atMost: 255, field: "kind")))
        else { throw .outOfRange(offset: start, field: "patient key") }
        self.kind = kind
    }
}
