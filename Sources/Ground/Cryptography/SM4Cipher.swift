import Base
internal import COpenSSL

/// SM4 in counter mode (GB/T 32907), then HMAC-SM3 over the ciphertext.
///
/// The 32-byte key is split by HKDF-SM3 without salt: info `kanglian/1 sm4 encryption` gives the
/// 16-byte SM4 key, info `kanglian/1 sm4 authentication` the 32-byte HMAC key. The tag is
/// HMAC-SM3(nonce ‖ count of the authenticated bytes as big-endian UInt64 ‖ authenticated bytes ‖
/// ciphertext), 32 bytes; the nonce and the count have fixed widths, so no two inputs look alike.
struct SM4Cipher {
    static let nonceCount = 16
    static let tagCount = 32
    private static let blockKeyCount = 16

    private let encryptionKey: SecretBytes
    private let authenticationKey: SecretBytes

    init(key: SecretBytes) throws(CryptographyError) {
        let uniform = KeyDerivation.extract(.sm3, salt: [], input: key)
        encryptionKey = try KeyDerivation.expand(
            .sm3, key: uniform, info: Array("kanglian/1 sm4 encryption".utf8),
            count: Self.blockKeyCount)
        authenticationKey = try KeyDerivation.expand(
            .sm3, key: uniform, info: Array("kanglian/1 sm4 authentication".utf8), count: 32)
    }

    func seal(
        _ plaintext: [UInt8], nonce: [UInt8], authenticating: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        let ciphertext = try Self.applyKeystream(to: plaintext, key: encryptionKey, nonce: nonce)
        return ciphertext + tag(of: ciphertext[...], nonce, authenticating)
    }

    func open(
        _ sealed: [UInt8], nonce: [UInt8], authenticating: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        guard sealed.count >= Self.tagCount else { throw .authenticationFailed }
        let ciphertext = sealed.dropLast(Self.tagCount)
        let expected = tag(of: ciphertext, nonce, authenticating)
        guard constantTimeEqual(expected, Array(sealed.suffix(Self.tagCount)))
        else { throw .authenticationFailed }
        return try Self.applyKeystream(to: Array(ciphertext), key: encryptionKey, nonce: nonce)
    }

    private func tag(
        of ciphertext: ArraySlice<UInt8>, _ nonce: [UInt8], _ authenticating: [UInt8]
    ) -> [UInt8] {
        authenticationKey.withBytes { key in
            let authentication = MessageAuthentication(.sm3, key: key)
            authentication.update(nonce)
            withUnsafeBytes(of: UInt64(authenticating.count).bigEndian) {
                authentication.update($0)
            }
            authentication.update(authenticating)
            ciphertext.withUnsafeBytes { authentication.update($0) }
            return authentication.finish().bytes
        }
    }

    /// Encrypts or decrypts: in counter mode these are the same.
    static func applyKeystream(
        to text: [UInt8], key: SecretBytes, nonce: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        guard !text.isEmpty else { return [] }
        guard let context = EVP_CIPHER_CTX_new() else {
            throw Algorithms.failure("EVP_CIPHER_CTX_new")
        }
        defer { EVP_CIPHER_CTX_free(context) }
        var isDone = false
        let result = [UInt8](unsafeUninitializedCapacity: text.count) { output, initialized in
            var count: Int32 = 0
            isDone =
                key.withAddress {
                    EVP_EncryptInit_ex2(context, Algorithms.sm4CTR, $0, nonce, nil)
                } == 1
                && EVP_EncryptUpdate(
                    context, output.baseAddress, &count, text, Int32(text.count)) == 1
            initialized = isDone ? text.count : 0
        }
        guard isDone else { throw Algorithms.failure("EVP_EncryptUpdate") }
        return result
    }
}
