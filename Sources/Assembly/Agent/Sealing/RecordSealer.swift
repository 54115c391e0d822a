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
    /// The writer's reading key, so that the author can read what it wrote.
    package let writerKey: [UInt8]?

    private let random: any RandomSource

    /// Without a writer's key only the owner's domain key opens the records: the owner writes.
    package init(suite: CipherSuite, writerKey: [UInt8]?, random: any RandomSource) {
        (self.suite, self.writerKey, self.random) = (suite, writerKey, random)
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
        func wrap(_ kind: WrapKind, _ key: [UInt8]) throws(CryptographyError) -> Envelope.Wrap {
            let sealed = try HPKE.seal(
                secrets, to: key, info: place.wrapInfo(kind), authenticating: [], random: random)
            return Envelope.Wrap(kind: kind, sealed: sealed)
        }
        var wraps = [try wrap(.ownerEpoch, domainKey)]
        if let writerKey { wraps.append(try wrap(.writer, writerKey)) }
        return SealedVersion(
            place: place, body: body, envelope: Envelope(suite: suite, wraps: wraps).encoded,
            commitment: RecordCommitment.make(plaintext, place, secret: commitmentSecret))
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
