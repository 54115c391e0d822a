internal import CSodium

/// libsodium, initialised once before its first use.
enum Sodium {
    private static let isReady = sodium_init() >= 0

    /// Must come before any other call: it sets up the random source and the guarded heap.
    static func prepare() {
        precondition(isReady, "libsodium found no random source on this machine")
    }
}
