import Base

/// HKDF-SHA256 with the labels of RFC 9180 §4.
struct LabeledDerivation {
    private static let version = Array("HPKE-v1".utf8)

    /// Names the algorithms that a derivation belongs to.
    let suite: [UInt8]

    /// LabeledExtract; a salt of nil is the empty one.
    func extract(salt: SecretBytes?, label: String, input: SecretBytes) -> SecretBytes {
        input.withBytes { extract(salt: salt, label: label, input: $0) }
    }

    /// LabeledExtract from public bytes.
    func extract(salt: SecretBytes?, label: String, input: [UInt8]) -> SecretBytes {
        input.withUnsafeBytes { extract(salt: salt, label: label, input: $0) }
    }

    private func extract(
        salt: SecretBytes?, label: String, input: UnsafeRawBufferPointer
    ) -> SecretBytes {
        SecretBytes(count: Hash256.byteCount) { output in
            let run = { (salt: UnsafeRawBufferPointer) in
                let authentication = MessageAuthentication(.sha256, key: salt)
                authentication.update(Self.version + suite + Array(label.utf8))
                authentication.update(input)
                authentication.finish(into: output)
            }
            if let salt { salt.withBytes(run) } else { [].withUnsafeBytes(run) }
        }
    }

    /// LabeledExpand.
    func expand(
        key: SecretBytes, label: String, info: [UInt8], count: Int
    ) throws(CryptographyError) -> SecretBytes {
        guard (0...KeyDerivation.maximumCount).contains(count) else { throw .invalidLength }
        let width = [UInt8(count >> 8), UInt8(count & 0xFF)]
        return try KeyDerivation.expand(
            .sha256, key: key, info: width + Self.version + suite + Array(label.utf8) + info,
            count: count)
    }
}

/// DHKEM(X25519, HKDF-SHA256) (RFC 9180 §4.1).
enum KeyEncapsulation {
    static let identifier: [UInt8] = [0x00, 0x20]
    private static let derivation = LabeledDerivation(suite: Array("KEM".utf8) + identifier)

    /// ExtractAndExpand over the two public keys.
    static func sharedSecret(
        _ agreed: SecretBytes, _ encapsulatedKey: [UInt8], _ recipientKey: [UInt8]
    ) throws(CryptographyError) -> SecretBytes {
        let uniform = derivation.extract(salt: nil, label: "eae_prk", input: agreed)
        return try derivation.expand(
            key: uniform, label: "shared_secret", info: encapsulatedKey + recipientKey, count: 32)
    }

    /// DeriveKeyPair (RFC 9180 §7.1.3).
    static func keyPair(from input: SecretBytes) throws(CryptographyError) -> KeyAgreementKey {
        let uniform = derivation.extract(salt: nil, label: "dkp_prk", input: input)
        return try KeyAgreementKey(
            seed: try derivation.expand(key: uniform, label: "sk", info: [], count: 32))
    }
}

extension AuthenticatedCipher {
    /// The number in RFC 9180 table 5.
    var identifier: [UInt8] {
        switch self {
        case .aes128GCM: [0x00, 0x01]
        case .aes256GCM: [0x00, 0x02]
        case .chaCha20Poly1305: [0x00, 0x03]
        }
    }
}

extension HPKE {
    /// One direction's key, nonces and exporter secret, in base mode (RFC 9180 §5.1).
    struct Context: Sendable {
        private static let derivationIdentifier: [UInt8] = [0x00, 0x01]
        private static let baseMode: [UInt8] = [0x00]

        let key: SecretBytes
        let baseNonce: [UInt8]
        let exporterSecret: SecretBytes
        private let cipher: AuthenticatedCipher
        private let derivation: LabeledDerivation
        private(set) var sequence: UInt64 = 0

        init(
            sharedSecret: SecretBytes, info: [UInt8], cipher: AuthenticatedCipher
        ) throws(CryptographyError) {
            self.cipher = cipher
            derivation = LabeledDerivation(
                suite: Array("HPKE".utf8) + KeyEncapsulation.identifier
                    + Self.derivationIdentifier + cipher.identifier)
            let identity = derivation.extract(salt: nil, label: "psk_id_hash", input: [])
            let use = derivation.extract(
                salt: nil, label: "info_hash", input: info)
            let schedule = Self.baseMode + identity.copyBytes() + use.copyBytes()
            let secret = derivation.extract(salt: sharedSecret, label: "secret", input: [])
            key = try derivation.expand(
                key: secret, label: "key", info: schedule, count: cipher.keyCount)
            baseNonce = try derivation.expand(
                key: secret, label: "base_nonce", info: schedule,
                count: AuthenticatedCipher.nonceCount
            ).copyBytes()
            exporterSecret = try derivation.expand(
                key: secret, label: "exp", info: schedule, count: Hash256.byteCount)
        }

        mutating func seal(
            _ plaintext: [UInt8], authenticating: [UInt8]
        ) throws(CryptographyError) -> [UInt8] {
            let next = try sequenceAfterThis(plaintext.count, authenticating.count)
            let sealed = try cipher.seal(
                plaintext, key: key, nonce: nonce, authenticating: authenticating)
            sequence = next
            return sealed
        }

        mutating func open(
            _ sealed: [UInt8], authenticating: [UInt8]
        ) throws(CryptographyError) -> [UInt8] {
            let next = try sequenceAfterThis(sealed.count, authenticating.count)
            let plaintext = try cipher.open(
                sealed, key: key, nonce: nonce, authenticating: authenticating)
            sequence = next
            return plaintext
        }

        func export(_ context: [UInt8], count: Int) throws(CryptographyError) -> SecretBytes {
            try derivation.expand(key: exporterSecret, label: "sec", info: context, count: count)
        }

        /// The base nonce XOR the sequence number, right-aligned (ComputeNonce).
        var nonce: [UInt8] {
            var nonce = baseNonce
            for place in 0..<8 {
                nonce[nonce.count - 1 - place] ^= UInt8(
                    truncatingIfNeeded: sequence >> UInt64(8 * place))
            }
            return nonce
        }

        /// A nonce must never come twice, so the last sequence number is never used.
        private func sequenceAfterThis(
            _ count: Int, _ authenticatedCount: Int
        ) throws(CryptographyError) -> UInt64 {
            let limit = CipherSuite.maximumCount
            let (next, overflow) = sequence.addingReportingOverflow(1)
            guard !overflow, count <= limit, authenticatedCount <= limit
            else { throw .invalidLength }
            return next
        }
    }
}
