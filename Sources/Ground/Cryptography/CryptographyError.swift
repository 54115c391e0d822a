/// Why a cryptographic operation was refused; never says more than that about secrets.
package enum CryptographyError: Error, Hashable, Sendable {
    /// The byte that names a suite names none that this build knows.
    case unknownSuite(UInt8)

    /// A key has the wrong length, is not a point of its curve, or leads to a weak secret.
    case invalidKey

    /// A signature is malformed or does not belong to the message and the key.
    case invalidSignature

    /// A nonce, salt, message or output has a length outside the limits of the algorithm.
    case invalidLength

    /// A sealed message was altered, cut, or made with another key or other authenticated bytes.
    case authenticationFailed

    /// The named C function failed for a reason of its own, such as exhausted memory.
    case libraryFailure(String)
}
