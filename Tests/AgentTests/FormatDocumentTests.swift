@testable import Agent
import Base
import Cryptography
import Encoding
import FHIRModel
import Ledger
import System
import Testing

/// The worked examples of `docs/formats/`, read from the pages themselves.
struct FormatDocumentTests {
    /// The bytes of the code block marked ```` ```hex name ````.
    private func example(_ name: String, on page: String) throws -> [UInt8] {
        let tests = FileSystem.folder(of: #filePath)
        let root = FileSystem.folder(of: FileSystem.folder(of: tests))
        let bytes = try FileSystem.read("\(root)/docs/formats/\(page).md", limit: 1 << 20)
        let lines = String(decoding: bytes, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0 == "```hex \(name)" }, "\(page): \(name)")
        let digits = lines[(start + 1)...].prefix { $0 != "```" }.joined()
        return try #require(Hex.decode(digits.filter { !$0.isWhitespace }))
    }

    private let owner = SecretBytes(copying: [UInt8](repeating: 0x01, count: 32))
    private let writer = SecretBytes(copying: [UInt8](repeating: 0x02, count: 32))
    private let place = RecordPlace(
        owner: AccountID(Hash256(words: (0, 0, 0, 1))), domain: .laboratory, epoch: 1,
        record: Hash256(words: (0, 0, 0, 2)), version: 1)
    private let payload = RecordPayload(
        kind: .resource, content: Array(#"{"resourceType":"Basic"}"#.utf8),
        links: [RecordLink(reference: "Patient/1", record: Hash256(words: (0, 0, 0, 3)))])

    @Test("the keystore's example decodes to what the page says")
    func keystore() throws {
        let bytes = try example("keystore", on: "keystore")
        let identity = try Keystore.open(bytes, passphrase: nil)
        #expect(identity.kind == .validator && identity.label == "node-1")
        #expect(identity.signing?.seed.copyBytes() == [UInt8](repeating: 0x11, count: 32))
        #expect(identity.journalKey.copyBytes() == [UInt8](repeating: 0x22, count: 32))
        #expect(identity.reading == nil && identity.root == nil && identity.homes.isEmpty)
        let again = try Keystore.encode(
            identity, protection: .unprotectedForDemonstrationsOnly,
            random: SeededRandom(seed: 1))
        #expect(again == bytes)
    }

    @Test("the journal's example opens under its key")
    func journal() throws {
        let frames = JournalFrames(
            key: writer, suite: .aes256GCM, random: SeededRandom(seed: 1))
        let scan = frames.scan(try example("journal", on: "keystore"))
        #expect(scan.frameCount == 2 && scan.entries.count == 1 && scan.damagedFrame == nil)
        let entry = try #require(scan.entries.first)
        guard case .importBegun(let file, let time) = entry else {
            Issue.record("another entry")
            return
        }
        #expect(file == Hash256(words: (0, 0, 0, 4)) && time.milliseconds == 1)
    }

    @Test("the payload's example decodes and is the only encoding")
    func payloadBytes() throws {
        let bytes = try example("payload", on: "body")
        #expect(try RecordPayload(decoding: bytes) == payload)
        #expect(payload.encoded == bytes)
    }

    @Test("the examples of body and envelope open with both keys")
    func bodyAndEnvelope() throws {
        let body = try example("body", on: "body")
        let envelope = try example("envelope", on: "envelope")
        let commitment = try #require(Hash256(try example("commitment", on: "envelope")))
        let keys = [
            OpeningKeys(domainKey: try KeyAgreementKey(seed: owner)),
            OpeningKeys(writerKey: try KeyAgreementKey(seed: writer)),
        ]
        for keys in keys {
            let opened = try RecordOpener.open(
                body: body, envelope: envelope, commitment: commitment, at: place, with: keys)
            #expect(opened == payload)
        }
    }

    @Test("the example of an access code has the account that the page names")
    func accessCode() throws {
        let text = try AccessCodeText(reading: "0123456789ABCDEFGHJKMNPQRB")
        let account = try AccessCodeKeys(text, suite: .ed25519).account
        #expect(account.hash.bytes == (try example("account", on: "access-code")))
    }
}
