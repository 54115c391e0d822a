import Base
import Foundation
import Testing

@testable import Cryptography

/// The vectors of C2SP's project Wycheproof, read from the data folder.
enum Wycheproof {
    static let folder: URL = {
        let environment = ProcessInfo.processInfo.environment["KANGLIAN_DATA"]
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let data =
            environment.map { URL(fileURLWithPath: $0) }
            ?? root.appendingPathComponent("../shared/data")
        return data.appendingPathComponent("wycheproof")
    }()

    static let isPresent = FileManager.default.fileExists(atPath: folder.path)

    static let absence: Comment = "set KANGLIAN_DATA to the folder that holds wycheproof/"

    typealias Fields = [String: Any]

    /// Each test with its group.
    static func tests(_ file: String) throws -> [(group: Fields, test: Fields)] {
        let data = try Data(contentsOf: folder.appendingPathComponent(file))
        let root = try #require(try JSONSerialization.jsonObject(with: data) as? Fields)
        let groups = try #require(root["testGroups"] as? [Fields])
        let tests = try groups.flatMap { group in
            try #require(group["tests"] as? [Fields]).map { (group, $0) }
        }
        #expect(tests.count == root["numberOfTests"] as? Int)
        return tests
    }
}

extension Wycheproof.Fields {
    func text(_ name: String) throws -> String { try #require(self[name] as? String) }
    func number(_ name: String) throws -> Int { try #require(self[name] as? Int) }
    func octets(_ name: String) throws -> [UInt8] { try bytes(try text(name)) }

    /// What failed, for the report.
    var label: Comment { "tcId \(self["tcId"] ?? "?"): \(self["comment"] ?? "")" }
}

@Suite("Wycheproof", .enabled(if: Wycheproof.isPresent, Wycheproof.absence))
struct WycheproofTests {
    @Test("Ed25519: every valid signature is accepted, every invalid one refused")
    func ed25519() throws {
        for (group, test) in try Wycheproof.tests("ed25519_test.json") {
            let fields = try #require(group["publicKey"] as? Wycheproof.Fields)
            let key = try PublicKey(suite: .ed25519, bytes: try fields.octets("pk"))
            let isValid = key.isValidSignature(
                try test.octets("sig"), for: try test.octets("msg"))
            #expect(isValid == (try test.text("result") == "valid"), test.label)
        }
    }

    @Test("X25519: every valid secret is right, every doubtful one right or refused")
    func x25519() throws {
        let zero = [UInt8](repeating: 0, count: 32)
        for (_, test) in try Wycheproof.tests("x25519_test.json") {
            let key = try KeyAgreementKey(seed: SecretBytes(copying: try test.octets("private")))
            let expected = try test.octets("shared")
            let point = try test.octets("public")
            let shared = try? key.sharedSecret(with: point).copyBytes()
            switch try test.text("result") {
            case "valid": #expect(shared == expected, test.label)
            case "acceptable": #expect(shared == nil || shared == expected, test.label)
            default: #expect(shared == nil, test.label)
            }
            if expected == zero { #expect(shared == nil, test.label) }
        }
    }

    @Test("AES-256-GCM: every valid message is opened and made again, every invalid one refused")
    func aesGCM() throws {
        var checked = 0
        for (group, test) in try Wycheproof.tests("aes_gcm_test.json")
        where try group.number("keySize") == 256 {
            let suite = CipherSuite.aes256GCM
            let key = SecretBytes(copying: try test.octets("key"))
            let (nonce, context) = (try test.octets("iv"), try test.octets("aad"))
            let plaintext = try test.octets("msg")
            let sealed = try test.octets("ct") + test.octets("tag")
            let opened = try? suite.open(
                sealed, key: key, nonce: nonce, authenticating: context)
            guard nonce.count == suite.nonceCount else {
                // Nonces of other widths are right for the mode and refused by the suite.
                #expect(opened == nil, test.label)
                continue
            }
            checked += 1
            if try test.text("result") == "valid" {
                #expect(opened == plaintext, test.label)
                let made = try suite.seal(
                    plaintext, key: key, nonce: nonce, authenticating: context)
                #expect(made == sealed, test.label)
            } else {
                #expect(opened == nil, test.label)
            }
        }
        #expect(checked > 50)
    }

    @Test("HKDF-SHA256: every valid output is right, every impossible one refused")
    func hkdf() throws {
        for (_, test) in try Wycheproof.tests("hkdf_sha256_test.json") {
            let key = KeyDerivation.extract(
                .sha256, salt: try test.octets("salt"),
                input: SecretBytes(copying: try test.octets("ikm")))
            let output = try? KeyDerivation.expand(
                .sha256, key: key, info: try test.octets("info"), count: try test.number("size"))
            if try test.text("result") == "valid" {
                #expect(output?.copyBytes() == (try test.octets("okm")), test.label)
            } else {
                #expect(output == nil, test.label)
            }
        }
    }
}
