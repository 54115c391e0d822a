extension CipherSuite {
    /// The cipher of a zone: SM4 beside SM3, AES-256-GCM otherwise.
    package init(besides hash: HashSuite) {
        switch hash {
        case .sha256: self = .aes256GCM
        case .sm3: self = .sm4CTRHMACSM3
        }
    }
}
