import Base
import Cryptography
import Encoding
import HTTPClient
import Ledger
import Synchronization

/// Requests to one gateway: signs in when it has to, waits when the node is busy.
final class GatewayConnection: Sendable {
    /// Times that a busy node is asked again; it tells how long to wait after the first few.
    private static let (busyAttempts, briskAttempts) = (60, 10)
    private static let briskPause: UInt32 = 100
    /// The longest that a node may tell us to wait, in milliseconds.
    private static let longestPause: UInt32 = 5000
    /// Times that a broken connection is tried again where asking twice does no harm.
    private static let brokenAttempts = 3

    private let url: String
    private let client: HTTPClient
    private let signer: Signer?
    private let expectedChain: Hash256?
    private let token = Mutex<String?>(nil)

    init(url: String, signer: Signer?, expecting chain: Hash256?, client: HTTPClient) {
        (self.url, self.signer, self.client) = (url, signer, client)
        expectedChain = chain
    }

    /// Sends a request until there is an answer other than "busy" or "sign in again".
    ///
    /// Statuses other than success are errors unless accepted. A repeatable request is sent again
    /// when the connection breaks; otherwise nobody knows whether it was done.
    func send(
        _ method: String, _ path: String, type: String? = nil, body: [UInt8]? = nil,
        signedIn: Bool, accepting statuses: Set<Int> = [], isRepeatable: Bool = true
    ) throws(PortError) -> HTTPClientResponse {
        var (renewed, broken) = (false, 0)
        for attempt in 0..<Self.busyAttempts {
            var fields = [HTTPClientField("accept", "application/json")]
            if let type { fields.append(HTTPClientField("content-type", type)) }
            if signedIn {
                fields.append(HTTPClientField("authorization", "Bearer \(try session())"))
            }
            let response: HTTPClientResponse
            do throws(HTTPClientError) {
                response = try client.send(
                    HTTPClientRequest(
                        method, url + path, fields: fields,
                        body: body.map { .bytes($0) } ?? .none))
            } catch {
                broken += 1
                guard isRepeatable, error == .interrupted, broken < Self.brokenAttempts else {
                    throw .unreachable("\(url): \(error)")
                }
                Pause.milliseconds(Self.briskPause)
                continue
            }
            switch response.status {
            case 200...299: return response
            case let status where statuses.contains(status): return response
            case 401 where signedIn && !renewed:
                renewed = true
                token.withLock { $0 = nil }
            case 429: Pause.milliseconds(Self.pause(attempt, response))
            default: throw Self.refusal(response)
            }
        }
        throw .busy
    }

    /// A JSON answer's value.
    static func parse(_ bytes: [UInt8]) throws(PortError) -> JSONValue {
        guard let value = try? JSONValue(parsing: bytes) else {
            throw .unexpected("an answer that is not JSON")
        }
        return value
    }

    private static func pause(_ attempt: Int, _ response: HTTPClientResponse) -> UInt32 {
        guard attempt >= briskAttempts, let text = response.field("retry-after"),
            let seconds = UInt32(text)
        else { return briskPause }
        return max(briskPause, min(seconds, longestPause / 1000) * 1000)
    }

    private static func refusal(_ response: HTTPClientResponse) -> PortError {
        guard let value = try? JSONValue(parsing: response.body),
            let code = value["code"]?.stringValue
        else { return .unexpected("status \(response.status)") }
        let english = value["message"]?.stringValue ?? code
        return .refused(
            Refusal(code, english, value["message_zh"]?.stringValue ?? english),
            status: response.status)
    }

    // MARK: Session

    private func session() throws(PortError) -> String {
        if let token = token.withLock({ $0 }) { return token }
        guard let signer else {
            throw .refused(
                Refusal(
                    "session.no-identity", "This needs an identity; name one with --as.",
                    "此操作需要身份；请用 --as 指定。"), status: 401)
        }
        let account = signer.account.description
        let asked = try post("/v1/session/challenge", ["account": .string(account)])
        guard let text = asked["challenge"]?.stringValue,
            let challenge = Base64URL.decode(text).flatMap({ Hash256($0) })
        else { throw .unexpected("the challenge") }
        let message =
            Array("kanglian/session/1".utf8) + [0] + (try chain()).bytes + challenge.bytes
        guard let signature = try? signer.key.sign(message) else { throw .unexpected("the key") }
        let granted = try post(
            "/v1/session",
            [
                "account": .string(account),
                "key": .string(Base64URL.encode(signer.key.publicKey.tagged)),
                "challenge": .string(text), "signature": .string(Base64URL.encode(signature)),
            ])
        guard let token = granted["token"]?.stringValue else { throw .unexpected("the token") }
        self.token.withLock { $0 = token }
        return token
    }

    private func post(_ path: String, _ value: JSONValue) throws(PortError) -> JSONValue {
        let response = try send(
            "POST", path, type: "application/json", body: value.serialized(), signedIn: false)
        return try Self.parse(response.body)
    }

    /// The chain for which a session is signed: the expected one, or the one that the node names.
    private func chain() throws(PortError) -> Hash256 {
        let zone = try Self.parse(send("GET", "/v1/zone", signedIn: false).body)
        guard let chain = zone["chain"]?.hashValue256 else { throw .unexpected("the zone") }
        guard expectedChain == nil || expectedChain == chain else {
            throw .refused(
                Refusal(
                    "node.foreign-chain",
                    "This node serves another chain than the trust file names. Check its address.",
                    "该节点所服务的链与信任文件不符。请检查节点地址。"), status: 409)
        }
        return chain
    }
}
