internal import COpenSSL

/// Entries of OpenSSL's parameter lists.
///
/// An entry keeps the address of its name. OpenSSL's own names come into Swift as `String`, which
/// lives no longer than the call, so the names here are static ones (openssl/core_names.h).
enum Parameter {
    static let digest: StaticString = "digest"
    static let group: StaticString = "group"
    static let publicPoint: StaticString = "pub"
    static let privateNumber: StaticString = "priv"

    /// A name of an algorithm.
    static func text(_ name: StaticString, _ value: StaticString) -> OSSL_PARAM {
        OSSL_PARAM_construct_utf8_string(
            address(name), UnsafeMutablePointer(mutating: address(value)), value.utf8CodeUnitCount)
    }

    /// Bytes that stay where they are as long as the entry is used.
    static func bytes(_ name: StaticString, _ value: UnsafeMutableRawBufferPointer) -> OSSL_PARAM {
        OSSL_PARAM_construct_octet_string(address(name), value.baseAddress, value.count)
    }

    /// A number in the machine's byte order that stays where it is as long as the entry is used.
    static func number(
        _ name: StaticString, _ value: UnsafePointer<UInt8>, count: Int
    ) -> OSSL_PARAM {
        OSSL_PARAM_construct_BN(address(name), UnsafeMutablePointer(mutating: value), count)
    }

    /// Ends every list.
    static var end: OSSL_PARAM { OSSL_PARAM_construct_end() }

    private static func address(_ text: StaticString) -> UnsafePointer<CChar> {
        UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
    }
}
