import Agent
import Base
import Cryptography
import Encoding
import Ledger
import HTTPClient
import Testing

/// Each bad request has one clear code, and nothing is left of it.
@Suite("Malformed requests and sessions")
struct MalformedTests {
    private let zone: StoryZone
    private let builder: TransactionBuilder
    private let height: UInt64

    init() throws {
        zone = try StoryZone(seed: 51)
        builder = TransactionBuilder(chain: zone.chain, random: zone.random)
        height = UInt64(try zone.client.height())
    }

    private func expectNothingChanged(sourceLocation: SourceLocation = #_sourceLocation) throws {
        #expect(try zone.client.height() == Int(height), sourceLocation: sourceLocation)
        let facts = try zone.client.get("/v1/zone").json
        #expect(facts["pool"]?.integerValue == 0, sourceLocation: sourceLocation)
    }

    // MARK: Bodies

    static let bodies: [(name: String, type: String, bytes: [UInt8], status: Int, code: String)] =
        [
            ("half JSON", "application/json", Array("{\"a\":".utf8), 400, "json.truncated"),
            (
                "a key twice", "application/json",
                Array("{\"transactions\":[],\"transactions\":[]}".utf8), 400, "json.duplicate-key"
            ),
            ("not UTF-8", "application/json", [0x22, 0xFF, 0x22], 400, "json.invalid-utf8"),
            (
                "nested deeply", "application/json", [UInt8](repeating: 0x5B, count: 5000), 400,
                "json.too-deep"
            ),
            (
                "a wrong type", "application/json", Array("{\"transactions\":[7]}".utf8), 400,
                "request.parameter"
            ),
            (
                "no transactions", "application/json", Array("{\"transactions\":[]}".utf8), 400,
                "request.batch"
            ),
            ("no CBOR", "application/cbor", [0xFF], 400, "request.cbor"),
            ("CBOR cut short", "application/cbor", [0x81, 0x42, 0x01], 400, "request.cbor"),
            ("a longer form", "application/cbor", [0x98, 0x01, 0x40], 400, "request.cbor"),
            ("CBOR and more", "application/cbor", [0x81, 0x40, 0x00], 400, "request.cbor"),
            ("an empty batch", "application/cbor", [0x80], 400, "request.batch"),
            (
                "1025 transactions", "application/cbor",
                [0x99, 0x04, 0x01] + [UInt8](repeating: 0x40, count: 1025), 400, "request.cbor"
            ),
            (
                "a body over 16 MiB", "application/cbor",
                [UInt8](repeating: 0x40, count: 16 << 20 + 1), 413, "http.body-too-large"
            ),
        ]

    @Test("a malformed body is refused as a whole", arguments: bodies.indices)
    func body(_ index: Int) throws {
        let (name, type, bytes, status, code) = Self.bodies[index]
        let answer = try zone.client.send("POST", "/v1/transactions", body: bytes, type: type)
        #expect(answer.status == status && answer.code == code, "\(name)")
        #expect(answer.json["message"]?.stringValue?.isEmpty == false, "\(name)")
        #expect(answer.json["message_zh"]?.stringValue?.isEmpty == false, "\(name)")
        try expectNothingChanged()
    }

    @Test("other routes name what is wrong with a parameter")
    func parameters() throws {
        for path in ["/v1/receipts/7", "/v1/blocks/x", "/v1/accounts/a", "/v1/blocks?limit=0"] {
            let answer = try zone.client.get(path)
            #expect(answer.status == 400 && answer.code == "request.parameter", "\(path)")
        }
        let wait = try zone.client.submit([[0]], wait: "forever")
        #expect(wait.status == 400 && wait.code == "request.parameter")
    }

    // MARK: Transactions

    /// One transaction's result: it must be refused on its own.
    private func refusal(_ transaction: [UInt8]) throws -> String? {
        let answer = try zone.client.submit([transaction])
        #expect(answer.status == 200)
        let result = try #require(answer.json["results"]?[0])
        #expect(result["status"] == "refused")
        return result["code"]?.stringValue
    }

    private func call(_ arguments: [UInt8] = []) -> Call {
        Call(module: "records", name: "nothing", arguments: arguments)
    }

    private func body(
        sender: AccountID, chain: Hash256? = nil, validUntil: UInt64? = nil
    ) -> TransactionBody {
        TransactionBody(
            chain: chain ?? zone.chain, sender: sender, nonce: zone.random.bytes(16),
            validUntil: validUntil ?? height + 10, calls: [call()])
    }

    @Test("a transaction that may not stand is refused by name, and changes nothing")
    func transactions() throws {
        let signer = try zone.signer("hospital-a")
        let keys = [(account: signer.account, key: signer.key)]
        func sign(_ body: TransactionBody) throws -> [UInt8] {
            try SignedTransaction(signing: body, with: keys).bytes
        }
        #expect(try refusal([]) == "transaction.malformed")
        #expect(try refusal([0x82, 0x40, 0x80]) == "transaction.malformed")
        #expect(
            try refusal([UInt8](repeating: 0, count: LedgerLimits.transactionByteCount + 1))
                == "transaction.oversized")
        let foreign = body(sender: signer.account, chain: zone.random.hash256())
        #expect(try refusal(sign(foreign)) == "transaction.foreign-chain")
        let late = body(sender: signer.account, validUntil: height)
        #expect(try refusal(sign(late)) == "transaction.expired")
        let far = body(
            sender: signer.account, validUntil: height + LedgerLimits.validityHeights + 1)
        #expect(try refusal(sign(far)) == "transaction.validity-too-long")
        var tampered = try sign(body(sender: signer.account))
        tampered[tampered.count - 1] ^= 1
        #expect(try refusal(tampered) == "transaction.signature")
        let key = try SigningKey(suite: .ed25519, random: zone.random)
        let stranger = AccountID(foundedBy: key.publicKey)
        let unknown = try SignedTransaction(
            signing: body(sender: stranger), with: [(stranger, key)])
        #expect(try refusal(unknown.bytes) == "transaction.unknown-sender")
        let usurped = try SignedTransaction(
            signing: body(sender: signer.account), with: [(signer.account, key)])
        #expect(try refusal(usurped.bytes) == "transaction.unknown-sender")
        try expectNothingChanged()
    }

    @Test("bad transactions do not spoil the good one beside them, which is taken once")
    func mixedBatch() throws {
        let signer = try zone.signer("hospital-a")
        let good = try builder.sign([call()], by: signer, head: height).bytes
        let answer = try zone.client.submit([[], good, good])
        let results = answer.json["results"]?.elements ?? []
        #expect(results.map { $0["status"]?.stringValue } == ["refused", "final", "refused"])
        #expect(results.last?["code"] == "transaction.duplicate")
        #expect(try refusal(good) == "transaction.duplicate")
        #expect(try zone.client.height() == Int(height) + 1)
    }

    // MARK: Sessions

    @Test("a session needs the account's key, this chain and a fresh challenge")
    func session() throws {
        let signer = try zone.signer("doctors/li")
        let challenge = try zone.client.challenge(for: signer.account)
        #expect(try zone.client.signIn(signer, challenge).status == 200)
        func expectRefused(_ answer: StoryClient.Answer) {
            #expect(answer.status == 401 && answer.code == "session.refused")
            #expect(answer.json["token"] == nil)
        }
        // The same challenge again.
        expectRefused(try zone.client.signIn(signer, challenge))
        // A challenge that nobody asked for.
        expectRefused(try zone.client.signIn(signer, zone.random.hash256()))
        // Signed for another chain: the signature is wrong here.
        expectRefused(
            try zone.client.signIn(
                signer, zone.client.challenge(for: signer.account), chain: .zero))
        // A wrong signature uses the challenge up.
        let used = try zone.client.challenge(for: signer.account)
        expectRefused(try zone.client.signIn(signer, used, chain: .zero))
        expectRefused(try zone.client.signIn(signer, used))
        // Another account's challenge.
        let other = try zone.signer("doctors/chen")
        expectRefused(
            try zone.client.signIn(signer, zone.client.challenge(for: other.account)))
        // Somebody else's key.
        let impostor = Signer(account: signer.account, key: other.key)
        expectRefused(
            try zone.client.signIn(impostor, zone.client.challenge(for: signer.account)))
        // Nobody.
        let stranger = Signer(
            founding: try SigningKey(suite: .ed25519, random: zone.random))
        expectRefused(
            try zone.client.signIn(stranger, zone.client.challenge(for: stranger.account)))
        // Too late.
        let slow = try zone.client.challenge(for: signer.account)
        zone.clock.advance(seconds: 121)
        expectRefused(try zone.client.signIn(signer, slow))
    }

    @Test("a token is good for its time and cannot be altered")
    func token() throws {
        let signer = try zone.signer("residents/resident-01")
        let path = "/v1/audit?owner=\(signer.account)"
        let token = try zone.client.token(signer)
        #expect(try zone.client.get(path, token: token).status == 200)
        func expectRefused(_ token: String?) throws {
            let answer = try zone.client.get(path, token: token)
            #expect(answer.status == 401 && answer.code == "session.required")
            #expect(answer.response.fields.contains { $0.name.lowercased() == "www-authenticate" })
        }
        try expectRefused(nil)
        try expectRefused("")
        try expectRefused(String(token.dropLast()))
        let bytes = try #require(Base64URL.decode(token))
        for index in bytes.indices {
            var altered = bytes
            altered[index] ^= 1
            try expectRefused(Base64URL.encode(altered))
        }
        zone.clock.advance(seconds: 901)
        try expectRefused(token)
    }
}
