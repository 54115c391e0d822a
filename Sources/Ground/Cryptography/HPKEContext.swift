package import Base

extension HPKE {
    /// Seals a sequence of messages to one recipient, in order (RFC 9180 §5.2).
    package struct Sender: Sendable {
        /// What the recipient needs to set up its side: sent once, before the messages.
        package let encapsulatedKey: [UInt8]

        private var context: Context

        /// Draws a one-time key; throws `invalidKey` for a public key of small order.
        package init(
            to publicKey: [UInt8], info: [UInt8], random: any RandomSource
        ) throws(CryptographyError) {
            try self.init(to: publicKey, info: info, random: random, cipher: .aes256GCM)
        }

        init(
            to publicKey: [UInt8], info: [UInt8], random: any RandomSource,
            cipher: AuthenticatedCipher
        ) throws(CryptographyError) {
            let ephemeral = try KeyAgreementKey(random: random)
            encapsulatedKey = ephemeral.publicKey
            let shared = try KeyEncapsulation.sharedSecret(
                try ephemeral.sharedSecret(with: publicKey), ephemeral.publicKey, publicKey)
            context = try Context(sharedSecret: shared, info: info, cipher: cipher)
        }

        /// Seals the next message; throws `invalidLength` for one that is too long.
        package mutating func seal(
            _ plaintext: [UInt8], authenticating: [UInt8]
        ) throws(CryptographyError) -> [UInt8] {
            try context.seal(plaintext, authenticating: authenticating)
        }

        /// A secret that both sides share for another use (RFC 9180 §5.3).
        package func export(
            _ exporterContext: [UInt8], count: Int
        ) throws(CryptographyError) -> SecretBytes {
            try context.export(exporterContext, count: count)
        }
    }

    /// Opens the messages of one sender, in the order in which they were sealed.
    package struct Recipient: Sendable {
        private var context: Context

        /// Throws `invalidKey` for an encapsulated key of a wrong length or of small order.
        package init(
            encapsulatedKey: [UInt8], key: KeyAgreementKey, info: [UInt8]
        ) throws(CryptographyError) {
            try self.init(
                encapsulatedKey: encapsulatedKey, key: key, info: info, cipher: .aes256GCM)
        }

        init(
            encapsulatedKey: [UInt8], key: KeyAgreementKey, info: [UInt8],
            cipher: AuthenticatedCipher
        ) throws(CryptographyError) {
            let shared = try KeyEncapsulation.sharedSecret(
                try key.sharedSecret(with: encapsulatedKey), encapsulatedKey, key.publicKey)
            context = try Context(sharedSecret: shared, info: info, cipher: cipher)
        }

        /// Opens the next message; one that fails does not use up its place in the order.
        package mutating func open(
            _ ciphertext: [UInt8], authenticating: [UInt8]
        ) throws(CryptographyError) -> [UInt8] {
            try context.open(ciphertext, authenticating: authenticating)
        }

        /// A secret that both sides share for another use (RFC 9180 §5.3).
        package func export(
            _ exporterContext: [UInt8], count: Int
        ) throws(CryptographyError) -> SecretBytes {
            try context.export(exporterContext, count: count)
        }
    }
}
