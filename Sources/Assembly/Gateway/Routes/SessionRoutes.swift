import Base
import Cryptography
import Encoding
import HTTPServer
import Ledger
import Membership
import Node
import Storage

/// Sign-in: an account signs a challenge and gets a token that lives a quarter of an hour.
struct SessionRoutes {
    let node: Node
    let sessions: Sessions

    var all: [Route] {
        [
            Route(
                method: .post, path: "/v1/session/challenge", access: .everyone,
                summary: "Ask for a challenge to sign.",
                takes: [.json(Schema.object(("account", Schema.hash)))],
                gives: [
                    .json(Schema.object(("challenge", Schema.bytes), ("expires", Schema.time)))
                ],
                handle: challenge),
            Route(
                method: .post, path: "/v1/session", access: .everyone,
                summary: "Answer a challenge: sign the label `kanglian/session/1`, a zero byte, "
                    + "the chain's identifier and the challenge.",
                takes: [
                    .json(
                        Schema.object(
                            ("account", Schema.hash), ("key", Schema.bytes),
                            ("challenge", Schema.bytes), ("signature", Schema.bytes)))
                ],
                gives: [.json(Schema.object(("token", Schema.string), ("expires", Schema.time)))],
                refusals: [(401, "The challenge, key or signature is not good.")],
                handle: signIn),
        ]
    }

    private func challenge(_ exchange: Exchange) throws(APIError) {
        let account = try account(in: try exchange.json())
        let (challenge, expires) = sessions.challenge(for: account, now: node.now)
        exchange.reply([
            "challenge": .string(Base64URL.encode(challenge.bytes)),
            "expires": .string(expires.rfc3339),
        ])
    }

    private func signIn(_ exchange: Exchange) throws(APIError) {
        let body = try exchange.json()
        let account = try account(in: body)
        let refused = APIError(
            401, "session.refused",
            "The challenge, key or signature is not good. Ask for a new challenge and sign it "
                + "with the account's newest key.",
            "质询、公钥或签名无效。请重新索取质询，并使用账户的最新密钥签名。")
        func bytes(_ name: String) -> [UInt8]? {
            body[name]?.stringValue.flatMap { Base64URL.decode($0) }
        }
        guard let challenge = bytes("challenge").flatMap({ Hash256($0) }),
            let tagged = bytes("key"), let key = try? PublicKey(tagged: tagged),
            let signature = bytes("signature"),
            sessions.redeem(challenge, for: account, now: node.now)
        else { throw refused }
        let message = Sessions.message(
            chain: node.configuration.genesis.id, challenge: challenge)
        guard key.isValidSignature(signature, for: message) else { throw refused }
        do throws(StorageError) {
            let state = try node.state()
            let standing = try Directory.standing(of: account, in: state)
            let isMember =
                standing != .unknown || account == node.configuration.genesis.authority
            let mayUseKey = try Accounts.authorises(key, for: account) {
                (key) throws(StorageError) in try state.value(for: key)
            }
            guard isMember && mayUseKey else {
                exchange.reply(refused)
                return
            }
        } catch {
            throw APIError(503, error.refusal)
        }
        let (token, expires) = sessions.token(for: account, now: node.now)
        exchange.reply(["token": .string(token), "expires": .string(expires.rfc3339)])
    }

    private func account(in body: JSONValue) throws(APIError) -> AccountID {
        guard let account = body["account"]?.stringValue.flatMap({ AccountID($0) }) else {
            throw .parameter("account", "an account of 64 hexadecimal digits", "64 位十六进制账户")
        }
        return account
    }
}
