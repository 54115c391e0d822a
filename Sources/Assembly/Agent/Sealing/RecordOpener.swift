package import Base
package import Cryptography
import Encoding

/// Why a record could not be opened; what was served is then not what was written, or not for us.
package enum RecordOpeningError: Error, Hashable, Sendable {
    /// The body's bytes do not have the address that the chain names.
    case bodyAddress
    /// The envelope's bytes do not have the address that the chain names.
    case envelopeAddress
    /// The envelope does not decode.
    case envelope
    /// The envelope has no wrap for the given keys, or none that opens with them here.
    case noKey
    /// The body is not sealed under the envelope's key for this owner, record and version.
    case body
    /// The payload inside does not decode.
    case payload
    /// The payload is not what the writer committed to on the chain.
    case commitment
    /// No valid receipt proves that the chain holds what the node says.
    case unproven

    /// What the reader is told.
    package var refusal: Refusal {
        switch self {
        case .bodyAddress, .envelopeAddress:
            Refusal(
                "record.address",
                "The node served other bytes than the chain names. Read again from another node "
                    + "and report this one.",
                "节点返回的内容与链上地址不符。请改用其他节点重新读取，并报告此节点。")
        case .envelope, .payload:
            Refusal(
                "record.format",
                "The record was not written in a format that this version knows. Update the agent.",
                "该记录的格式不为此版本所识别。请升级客户端。")
        case .noKey:
            Refusal(
                "record.no-key",
                "None of your keys opens this record. Ask the owner for a consent to its domain.",
                "您的密钥均无法打开此记录。请向所有者申请该域的授权。")
        case .unproven:
            Refusal(
                "record.unproven",
                "The node could not prove that the chain holds this record as served. Read from "
                    + "another node and report this one.",
                "节点无法证明链上存有其返回的记录。请改用其他节点读取，并报告此节点。")
        case .body, .commitment:
            Refusal(
                "record.tampered",
                "The record is not what its writer committed to on the chain. Do not use it; "
                    + "read from another node and report this one.",
                "该记录与写入者在链上的承诺不符，请勿使用。请改用其他节点读取，并报告此节点。")
        }
    }
}

/// The keys that a reader tries on an envelope.
package struct OpeningKeys: Sendable {
    /// The private half of the owner's domain key in the record's epoch.
    package let domainKey: KeyAgreementKey?
    /// The writer's own reading key.
    package let writerKey: KeyAgreementKey?

    package init(domainKey: KeyAgreementKey? = nil, writerKey: KeyAgreementKey? = nil) {
        (self.domainKey, self.writerKey) = (domainKey, writerKey)
    }
}

/// Opens sealed records and believes nothing that it cannot check.
package enum RecordOpener {
    /// Checks the addresses that the chain names for the two blobs.
    package static func checkAddresses(
        body: [UInt8], at bodyAddress: Hash256, envelope: [UInt8], at envelopeAddress: Hash256
    ) throws(RecordOpeningError) {
        guard HashSuite.sha256.hash(body) == bodyAddress else { throw .bodyAddress }
        guard HashSuite.sha256.hash(envelope) == envelopeAddress else { throw .envelopeAddress }
    }

    /// Opens one version and checks it against the chain's commitment.
    ///
    /// The result is as trustworthy as `commitment` and `place`: take them from a verified receipt
    /// when the node is not trusted.
    package static func open(
        body: [UInt8], envelope: [UInt8], commitment: Hash256, at place: RecordPlace,
        with keys: OpeningKeys
    ) throws(RecordOpeningError) -> RecordPayload {
        guard let envelope = try? Envelope(decoding: envelope) else { throw .envelope }
        guard body.first == envelope.suite.rawValue else { throw .body }
        let (dataKey, secret) = try unwrap(envelope, place, keys)
        let plaintext: [UInt8]
        do throws(CryptographyError) {
            plaintext = try Sealing.open(body, key: dataKey, authenticating: place.bodyBinding)
        } catch { throw .body }
        let expected = RecordCommitment.make(plaintext, place, secret: secret)
        guard constantTimeEqual(expected.bytes, commitment.bytes) else { throw .commitment }
        do throws(CBORError) {
            return try RecordPayload(decoding: plaintext)
        } catch { throw .payload }
    }

    private static func unwrap(
        _ envelope: Envelope, _ place: RecordPlace, _ keys: OpeningKeys
    ) throws(RecordOpeningError) -> (dataKey: SecretBytes, commitmentSecret: SecretBytes) {
        for wrap in envelope.wraps {
            guard let opened = open(wrap, place, keys), opened.count == Envelope.secretCount
            else { continue }
            return (
                SecretBytes(copying: Array(opened.prefix(32))),
                SecretBytes(copying: Array(opened.suffix(32)))
            )
        }
        throw .noKey
    }

    private static func open(
        _ wrap: Envelope.Wrap, _ place: RecordPlace, _ keys: OpeningKeys
    ) -> [UInt8]? {
        switch wrap.kind {
        case .ownerEpoch:
            keys.domainKey.flatMap {
                try? HPKE.open(
                    wrap.sealed, with: $0, info: place.wrapInfo(.ownerEpoch), authenticating: [])
            }
        case .writer: keys.writerKey.flatMap { try? WriterWrap($0).open(wrap.sealed, at: place) }
        }
    }
}
