import Base
import Testing

@testable import Cryptography

@Suite("Ciphers")
struct CipherTests {
    private let random = SeededRandom(seed: 11)

    private func parts(_ suite: CipherSuite) -> (key: SecretBytes, nonce: [UInt8]) {
        (
            SecretBytes(randomCount: suite.keyCount, from: random),
            random.bytes(suite.nonceCount)
        )
    }

    @Test("open what they sealed, at every length around a block", arguments: CipherSuite.allCases)
    func roundTrip(suite: CipherSuite) throws {
        for count in Array(0...70) + [1000, 4096, 100_000] {
            let (key, nonce) = parts(suite)
            let (plaintext, context) = (random.bytes(count), random.bytes(count % 40))
            let sealed = try suite.seal(
                plaintext, key: key, nonce: nonce, authenticating: context)
            #expect(sealed.count == count + suite.overhead)
            let opened = try suite.open(sealed, key: key, nonce: nonce, authenticating: context)
            #expect(opened == plaintext, "\(count) bytes")
        }
    }

    @Test("refuse any altered byte of any part", arguments: CipherSuite.allCases)
    func tampered(suite: CipherSuite) throws {
        let (key, nonce) = parts(suite)
        let (plaintext, context) = (random.bytes(37), random.bytes(21))
        let sealed = try suite.seal(plaintext, key: key, nonce: nonce, authenticating: context)
        func isRefused(
            _ sealed: [UInt8], _ key: SecretBytes, _ nonce: [UInt8], _ context: [UInt8]
        ) -> Bool {
            do {
                _ = try suite.open(sealed, key: key, nonce: nonce, authenticating: context)
                return false
            } catch {
                return error == .authenticationFailed
            }
        }
        for (index, copy) in altered(sealed).enumerated() {
            #expect(isRefused(copy, key, nonce, context), "sealed byte \(index)")
        }
        for (index, copy) in altered(nonce).enumerated() {
            #expect(isRefused(sealed, key, copy, context), "nonce byte \(index)")
        }
        for (index, copy) in altered(context).enumerated() {
            #expect(isRefused(sealed, key, nonce, copy), "authenticated byte \(index)")
        }
        for (index, copy) in altered(key.copyBytes()).enumerated() {
            let wrong = SecretBytes(copying: copy)
            #expect(isRefused(sealed, wrong, nonce, context), "key byte \(index)")
        }
        for count in 0..<sealed.count {
            #expect(isRefused(Array(sealed[..<count]), key, nonce, context), "cut at \(count)")
        }
        #expect(isRefused(sealed + [0], key, nonce, context))
    }

    @Test("cannot be made to move bytes between the text and its context")
    func boundary() throws {
        for suite in CipherSuite.allCases {
            let (key, nonce) = parts(suite)
            let sealed = try suite.seal([1, 2, 3], key: key, nonce: nonce, authenticating: [4, 5])
            #expect(throws: CryptographyError.authenticationFailed) {
                try suite.open(
                    Array(sealed.dropFirst()), key: key, nonce: nonce,
                    authenticating: [4, 5, sealed[0]])
            }
        }
    }

    @Test("refuse keys and nonces of other lengths", arguments: CipherSuite.allCases)
    func lengths(suite: CipherSuite) throws {
        let (key, nonce) = parts(suite)
        let sealed = try suite.seal([1], key: key, nonce: nonce, authenticating: [])
        for count in [0, 16, 31, 33] {
            let wrong = SecretBytes(randomCount: count, from: random)
            #expect(throws: CryptographyError.invalidKey) {
                try suite.seal([1], key: wrong, nonce: nonce, authenticating: [])
            }
            #expect(throws: CryptographyError.invalidKey) {
                try suite.open(sealed, key: wrong, nonce: nonce, authenticating: [])
            }
        }
        for wrong in [[], Array(nonce.dropLast()), nonce + [0]] {
            #expect(throws: CryptographyError.invalidLength) {
                try suite.seal([1], key: key, nonce: wrong, authenticating: [])
            }
            #expect(throws: CryptographyError.invalidLength) {
                try suite.open(sealed, key: key, nonce: wrong, authenticating: [])
            }
        }
    }

    // McGrew and Viega, "The Galois/Counter Mode of Operation (GCM)", test cases 14 and 16.
    @Test("AES-256-GCM matches the vectors that came with the mode's submission to NIST")
    func galois() throws {
        let zeros = SecretBytes(copying: [UInt8](repeating: 0, count: 32))
        let first = try CipherSuite.aes256GCM.seal(
            [UInt8](repeating: 0, count: 16), key: zeros, nonce: [UInt8](repeating: 0, count: 12),
            authenticating: [])
        #expect(
            Hex.encode(first) == "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919")
        let sealed = try CipherSuite.aes256GCM.seal(
            try bytes(
                "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                    + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"),
            key: try secret("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"),
            nonce: try bytes("cafebabefacedbaddecaf888"),
            authenticating: try bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2"))
        #expect(
            Hex.encode(sealed)
                == "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                + "76fc6ece0f4e1768cddf8853bb2d551b")
    }

    // GB/T 32907-2016 appendix A.1: in counter mode the block goes in as the nonce.
    @Test("SM4 matches the standard's example")
    func sm4() throws {
        let block = try bytes("0123456789abcdeffedcba9876543210")
        let keystream = try SM4Cipher.applyKeystream(
            to: [UInt8](repeating: 0, count: 16), key: SecretBytes(copying: block), nonce: block)
        #expect(Hex.encode(keystream) == "681edf34d206965e86b3e94f536e4246")
    }

    // Computed with Python (hmac, hashlib's SM3, and SM4 of cryptography 50.0.2) from the
    // documentation of `SM4Cipher`.
    @Test("SM4 with HMAC-SM3 keeps its bytes")
    func sm4Frozen() throws {
        let sealed = try CipherSuite.sm4CTRHMACSM3.seal(
            Array("血压 120/80 mmHg".utf8), key: SecretBytes(copying: Array(0..<32)),
            nonce: Array(0xF0...0xFF), authenticating: Array("record 7".utf8))
        #expect(
            Hex.encode(sealed)
                == "4ef2867e047cc719f8e30daecd79dd4702c47dac6d89b137f5ece3fbaca97f46"
                + "49d3257cc90e9843d9e69f1167afb35f795e")
    }
}

@Suite("Sealed messages")
struct SealingTests {
    private let random = SeededRandom(seed: 12)

    @Test("are opened by the key alone", arguments: CipherSuite.allCases)
    func roundTrip(suite: CipherSuite) throws {
        let key = SecretBytes(randomCount: 32, from: random)
        for count in [0, 1, 15, 16, 17, 2048] {
            let plaintext = random.bytes(count)
            let sealed = try Sealing.seal(
                plaintext, key: key, suite: suite, random: random, authenticating: [7])
            #expect(sealed.first == suite.rawValue)
            #expect(sealed.count == count + Sealing.overhead(of: suite))
            #expect(try Sealing.open(sealed, key: key, authenticating: [7]) == plaintext)
        }
    }

    // Computed with the AESGCM of Python's cryptography 50.0.2 from the table of `Sealing`.
    @Test("keep their bytes")
    func frozen() throws {
        let sealed = try Sealing.seal(
            Array("abc".utf8), key: SecretBytes(copying: Array(0..<32)),
            random: FixedRandom([UInt8](repeating: 0, count: 12)),
            authenticating: Array("record 7".utf8))
        #expect(
            Hex.encode(sealed) == "010000000000000000000000006fded6a7e7a2aace5c34c7c2e2b0bb998fbfc1"
        )
    }

    @Test("refuse any altered byte and any cut", arguments: CipherSuite.allCases)
    func tampered(suite: CipherSuite) throws {
        let key = SecretBytes(randomCount: 32, from: random)
        let sealed = try Sealing.seal([1, 2, 3], key: key, suite: suite, random: random)
        for (index, copy) in altered(sealed).enumerated() {
            #expect(throws: CryptographyError.self, "byte \(index)") {
                try Sealing.open(copy, key: key)
            }
        }
        for count in 0..<sealed.count {
            #expect(throws: CryptographyError.authenticationFailed, "cut at \(count)") {
                try Sealing.open(Array(sealed[..<count]), key: key)
            }
        }
        #expect(throws: CryptographyError.authenticationFailed) {
            try Sealing.open(sealed, key: key, authenticating: [0])
        }
    }

    @Test("of unknown suites are refused by name", arguments: [0, 3, 255] as [UInt8])
    func unknown(tag: UInt8) throws {
        let key = SecretBytes(randomCount: 32, from: random)
        var sealed = try Sealing.seal([1], key: key, random: random)
        sealed[0] = tag
        #expect(throws: CryptographyError.unknownSuite(tag)) { try Sealing.open(sealed, key: key) }
    }
}
