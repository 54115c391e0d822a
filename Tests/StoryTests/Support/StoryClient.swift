import Agent
import Base
import Cryptography
import Encoding
import HTTPClient
import Ledger
import Testing

/// Requests as any HTTP client would send them, with the answer as it came.
struct StoryClient: Sendable {
    struct Answer {
        let response: HTTPClientResponse
        let json: JSONValue

        var status: Int { response.status }
        var body: [UInt8] { response.body }
        var code: String? { json["code"]?.stringValue }
    }

    let url: String
    let chain: Hash256
    private let client = HTTPClient()

    init(url: String, chain: Hash256) { (self.url, self.chain) = (url, chain) }

    func send(
        _ method: String, _ path: String, body: [UInt8]? = nil,
        type: String = "application/json", token: String? = nil
    ) throws -> Answer {
        var fields = [HTTPClientField("content-type", type)]
        if let token { fields.append(HTTPClientField("authorization", "Bearer \(token)")) }
        let response = try client.send(
            HTTPClientRequest(
                method, url + path, fields: fields, body: body.map { .bytes($0) } ?? .none))
        return Answer(
            response: response, json: (try? JSONValue(parsing: response.body)) ?? .null)
    }

    func get(_ path: String, token: String? = nil) throws -> Answer {
        try send("GET", path, token: token)
    }

    func post(_ path: String, _ body: JSONValue, token: String? = nil) throws -> Answer {
        try send("POST", path, body: body.serialized(), token: token)
    }

    /// Sends encoded transactions as one CBOR array.
    func submit(_ transactions: [[UInt8]], wait: String = "final") throws -> Answer {
        var writer = CBORWriter()
        writer.list(transactions) { $0.byteString($1) }
        return try send(
            "POST", "/v1/transactions?wait=\(wait)", body: writer.bytes, type: "application/cbor")
    }

    /// The body of a request to read one record for treatment.
    static func read(_ record: Hash256, of owner: AccountID) -> JSONValue {
        [
            "owner": .string(owner.description), "records": [.string(record.description)],
            "purpose": "TREAT",
        ]
    }

    // MARK: Session

    func challenge(for account: AccountID) throws -> Hash256 {
        let answer = try post(
            "/v1/session/challenge", ["account": .string(account.description)])
        let text = try #require(answer.json["challenge"]?.stringValue)
        return try #require(Base64URL.decode(text).flatMap { Hash256($0) })
    }

    /// Answers a challenge; `chain` is what the signature names.
    func signIn(
        _ signer: Signer, _ challenge: Hash256, chain: Hash256? = nil
    ) throws -> Answer {
        let label = Array("kanglian/session/1".utf8) + [0]
        let message = label + (chain ?? self.chain).bytes + challenge.bytes
        return try post(
            "/v1/session",
            [
                "account": .string(signer.account.description),
                "key": .string(Base64URL.encode(signer.key.publicKey.tagged)),
                "challenge": .string(Base64URL.encode(challenge.bytes)),
                "signature": .string(Base64URL.encode(try signer.key.sign(message))),
            ])
    }

    func token(_ signer: Signer) throws -> String {
        let answer = try signIn(signer, challenge(for: signer.account))
        return try #require(answer.json["token"]?.stringValue)
    }

    func height() throws -> Int {
        try #require(try get("/v1/zone").json["height"]?.integerValue)
    }
}
