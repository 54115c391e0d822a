package import Base
package import Cryptography
import Encoding

/// A record version ready to be sent: two blobs for the vault, three digests for the chain.
package struct SealedVersion: Hashable, Sendable {
    package let place: RecordPlace
    package let body: [UInt8]
    package let envelope: [UInt8]
    package let commitment: Hash256

    /// The vault's name of the body: SHA-256 of its bytes.
    package var bodyAddress: Hash256 { HashSuite.sha256.hash(body) }

    /// The vault's name of the envelope: SHA-256 of its bytes.
    package var envelopeAddress: Hash256 { HashSuite.sha256.hash(envelope) }
}

/// Seals payloads under fresh data keys: nothing that leaves the agent can be read without a key.
package struct RecordSealer: Sendable {
    /// The zone's cipher.
    package let suite: CipherSuite
    private let writer: WriterWrap?

    private let random: any RandomSource

    /// A sealer for a writer, whose reading key lets the author read what it wrote.
    ///
    /// Without a writer's key only the owner's domain key opens the records: the owner writes.
    package init(suite: CipherSuite, writerKey: KeyAgreementKey?, random: any RandomSource) {
        (self.suite, self.random) = (suite, random)
        writer = writerKey.map { WriterWrap($0) }
    }

    /// Seals one version to the owner's domain key of the place's epoch, and to the writer.
    ///
    /// Throws `invalidKey` when a public key is none.
    package func seal(
        _ payload: RecordPayload, at place: RecordPlace, to domainKey: [UInt8]
    ) throws(CryptographyError) -> SealedVersion {
        let dataKey = SecretBytes(randomCount: suite.keyCount, from: random)
        let commitmentSecret = SecretBytes(randomCount: 32, from: random)
        let plaintext = payload.encoded
        let body = try Sealing.seal(
            plaintext, key: dataKey, suite: suite, random: random,
            authenticating: place.bodyBinding)
        let secrets = dataKey.copyBytes() + commitmentSecret.copyBytes()
        var wraps = [
            Envelope.Wrap(
                kind: .ownerEpoch,
                sealed: try HPKE.seal(
                    secrets, to: domainKey, info: place.wrapInfo(.ownerEpoch), authenticating: [],
                    random: random))
        ]
        if let writer {
            wraps.append(
                Envelope.Wrap(
                    kind: .writer, sealed: try writer.seal(secrets, at: place, suite, random)))
        }
        return SealedVersion(
            place: place, body: body, envelope: Envelope(suite: suite, wraps: wraps).encoded,
            commitment: RecordCommitment.make(plaintext, place, secret: commitmentSecret))
    }
}

/// The writer's own wrap: whoever has the reading seed can make and open it.
struct WriterWrap: Sendable {
    private let key: SecretBytes

    init(_ readingKey: KeyAgreementKey) {
        key = KeyDerivation.derive(readingKey.seed, label: "kanglian/envelope/writer")
    }

    func seal(
        _ secrets: [UInt8], at place: RecordPlace, _ suite: CipherSuite,
        _ random: any RandomSource
    ) throws(CryptographyError) -> [UInt8] {
        let info = place.wrapInfo(.writer)
        return try Sealing.seal(
            secrets, key: recordKey(info), suite: suite, random: random, authenticating: info)
    }

    func open(
        _ sealed: [UInt8], at place: RecordPlace
    ) throws(CryptographyError) -> [UInt8] {
        let info = place.wrapInfo(.writer)
        return try Sealing.open(sealed, key: recordKey(info), authenticating: info)
    }

    /// A key a record version: no number of records wears one key out.
    private func recordKey(_ info: [UInt8]) -> SecretBytes {
        KeyDerivation.derive(key, label: "kanglian/envelope/writer/record", context: info)
    }
}

/// The chain's commitment to a payload: says nothing without the secret, which erasure destroys.
enum RecordCommitment {
    /// HMAC-SHA256(secret, label ‖ owner ‖ record ‖ version ‖ SHA-256(padded payload)).
    static func make(_ plaintext: [UInt8], _ place: RecordPlace, secret: SecretBytes) -> Hash256 {
        HashSuite.sha256.authenticationCode(
            key: secret, place.commitmentPrefix + HashSuite.sha256.hash(plaintext).bytes)
    }
}
