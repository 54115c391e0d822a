import Base
import Cryptography
import Encoding
import Ledger

/// The secrets of a keystore, before sealing.
///
/// | field | type | who has it |
/// |---|---|---|
/// | version | 1 | |
/// | suite | integer | everybody |
/// | signing seed | null or 32 bytes | all but residents |
/// | reading seed | null or 32 bytes | all but residents and validators |
/// | root seed | null or 32 bytes | residents and institutions |
/// | registry secret | null or 32 bytes | institutions |
/// | journal key | 32 bytes | everybody |
/// | homes | array of 32 bytes | residents: the institutions that know a pseudonym |
enum KeystoreContents {
    static let homeLimit = 4096

    static func encode(_ identity: Identity) -> [UInt8] {
        var writer = CBORWriter()
        func secret(_ value: SecretBytes?) {
            writer.optional(value) { $0.byteString($1.copyBytes()) }
        }
        writer.array(8)
        writer.unsigned(1)
        writer.unsigned(UInt64(identity.suite.rawValue))
        secret(identity.signing?.seed)
        secret(identity.reading?.seed)
        secret(identity.root)
        secret(identity.registrySecret)
        secret(identity.journalKey)
        writer.list(identity.homes) { $1.encode(to: &$0) }
        return writer.bytes
    }

    static func decode(
        _ bytes: [UInt8], kind: IdentityKind, label: String
    ) throws(KeystoreError) -> Identity {
        guard let fields = try? Fields(bytes) else { throw .malformed }
        guard let suite = SignatureSuite(rawValue: fields.suite) else { throw .malformed }
        let resident = kind == .resident
        guard (fields.signing != nil) == !resident,
            (fields.reading != nil) == (!resident && kind != .validator),
            (fields.root != nil) == kind.ownsRecords,
            (fields.registry != nil) == (kind == .institution),
            resident || fields.homes.isEmpty
        else { throw .incomplete }
        do throws(CryptographyError) {
            return try Identity(
                kind, label: label, suite: suite, signingSeed: fields.signing,
                readingSeed: fields.reading, root: fields.root, registrySecret: fields.registry,
                journalKey: fields.journal, homes: fields.homes)
        } catch { throw .incomplete }
    }

    private struct Fields {
        let suite: UInt8
        let signing: SecretBytes?
        let reading: SecretBytes?
        let root: SecretBytes?
        let registry: SecretBytes?
        let journal: SecretBytes
        let homes: [AccountID]

        init(_ bytes: [UInt8]) throws(CBORError) {
            var reader = try CBORReader(bytes)
            func secret() throws(CBORError) -> SecretBytes? {
                try reader.optional { (reader) throws(CBORError) in
                    SecretBytes(copying: try reader.byteString(count: Identity.secretCount))
                }
            }
            try reader.structure(8, "keystore contents")
            try reader.version(1, "keystore contents")
            suite = UInt8(try reader.unsigned(atMost: 255, field: "suite"))
            signing = try secret()
            reading = try secret()
            root = try secret()
            registry = try secret()
            journal = SecretBytes(copying: try reader.byteString(count: Identity.secretCount))
            homes = try reader.list(atMost: KeystoreContents.homeLimit) {
                (reader) throws(CBORError) in try AccountID(from: &reader)
            }
            try reader.finish()
        }
    }
}
