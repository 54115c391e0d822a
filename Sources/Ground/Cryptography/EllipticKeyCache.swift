internal import Synchronization

/// Public keys parsed lately, so that the same signer's key is decompressed once.
///
/// Decompression costs more than half of a verification, and most transactions come from few keys.
/// The cache changes no result: a key is kept only after it was found to lie on its curve.
enum EllipticKeyCache {
    /// About 2 MB of parsed keys; at the limit the cache starts again from nothing.
    static let capacity = 1024

    private struct Name: Hashable {
        let suite: SignatureSuite
        let point: [UInt8]
    }

    private static let keys = Mutex<[Name: EllipticKey]>([:])

    /// The parsed key; nil unless the point lies on the curve.
    static func key(
        _ suite: SignatureSuite, _ curve: EllipticCurve, _ point: [UInt8]
    ) -> EllipticKey? {
        let name = Name(suite: suite, point: point)
        if let known = keys.withLock({ $0[name] }) { return known }
        guard let key = EllipticKey(curve: curve, point: point) else { return nil }
        keys.withLock { keys in
            if keys.count >= capacity { keys.removeAll(keepingCapacity: true) }
            keys[name] = key
        }
        return key
    }
}
