import Base

/// Keys from keys and from passphrases.
package enum KeyDerivation {
    /// The most bytes that one expansion yields (RFC 5869 §2.3).
    package static let maximumCount = 255 * 32

    /// HKDF-Extract: a uniform key from uneven input (RFC 5869 §2.2).
    package static func extract(
        _ suite: HashSuite, salt: [UInt8], input: SecretBytes
    ) -> SecretBytes {
        SecretBytes(count: Hash256.byteCount) { output in
            // An empty salt and a block of zeros are the same key to HMAC.
            salt.withUnsafeBytes { salt in
                let authentication = MessageAuthentication(suite, key: salt)
                input.withBytes { authentication.update($0) }
                authentication.finish(into: output)
            }
        }
    }

    /// HKDF-Expand: `count` bytes for one use named by `info` (RFC 5869 §2.3).
    ///
    /// Throws `invalidLength` for a count outside 0 to `maximumCount`.
    package static func expand(
        _ suite: HashSuite, key: SecretBytes, info: [UInt8], count: Int
    ) throws(CryptographyError) -> SecretBytes {
        guard (0...maximumCount).contains(count) else { throw .invalidLength }
        return SecretBytes(count: count) { output in
            fill(output, count, suite, key: key, info: info)
        }
    }

    /// HKDF-SHA256 with the project's own labels, so that no two uses of a key share bytes.
    ///
    /// PRK = Extract(salt: `kanglian/1`, key); info = one byte with the label's count, the label in
    /// UTF-8, then `context`. The label is at most 255 bytes and the count at most `maximumCount`.
    package static func derive(
        _ key: SecretBytes, label: String, context: [UInt8] = [], count: Int = 32
    ) -> SecretBytes {
        let name = Array(label.utf8)
        precondition(name.count <= 255 && (0...maximumCount).contains(count))
        let uniform = extract(.sha256, salt: Array("kanglian/1".utf8), input: key)
        return SecretBytes(count: count) { output in
            fill(
                output, count, .sha256, key: uniform,
                info: [UInt8(name.count)] + name + context)
        }
    }

    private static func fill(
        _ output: UnsafeMutablePointer<UInt8>, _ count: Int, _ suite: HashSuite, key: SecretBytes,
        info: [UInt8]
    ) {
        var block = SecretBytes(count: 0) { _ in }
        var counter: UInt8 = 0
        var offset = 0
        while offset < count {
            counter += 1
            block = SecretBytes(count: Hash256.byteCount) { next in
                key.withBytes { key in
                    let authentication = MessageAuthentication(suite, key: key)
                    block.withBytes { authentication.update($0) }
                    authentication.update(info)
                    authentication.update([counter])
                    authentication.finish(into: next)
                }
            }
            let taken = min(Hash256.byteCount, count - offset)
            block.withAddress { (output + offset).update(from: $0, count: taken) }
            offset += taken
        }
    }
}
