internal import COpenSSL

/// OpenSSL's algorithm handles, fetched once: fetching is the largest cost of a small digest.
///
/// The handles are never freed; they live as long as the process and OpenSSL counts references.
enum Algorithms {
    private nonisolated(unsafe) static let sha256 = EVP_MD_fetch(nil, "SHA256", nil)
    private nonisolated(unsafe) static let sm3 = EVP_MD_fetch(nil, "SM3", nil)

    static func digest(_ suite: HashSuite) -> OpaquePointer? {
        switch suite {
        case .sha256: sha256
        case .sm3: sm3
        }
    }
}
