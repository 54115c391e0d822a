package import Agent
package import Base
import Cryptography
import Encoding
package import FHIRModel
package import Ledger
import Membership
import Synchronization

/// Hands out access tokens for signed assertions: SMART Backend Services.
///
/// Source: SMART App Launch 2.0, "Backend Services", with RFC 7523 and RFC 6749 §4.4. A token is
/// its content under a MAC with a key that lives as long as the process, so a restart ends all.
package final class TokenDesk: Sendable {
    /// Seconds for which a token is good.
    package static let tokenSeconds: UInt64 = 300
    /// Seconds that an assertion may be good for.
    private static let assertionSeconds: UInt64 = 300
    /// Seconds by which clocks may differ.
    private static let clockSkewSeconds: UInt64 = 10
    /// Assertions remembered so that none is taken twice.
    private static let assertionLimit = 100_000
    private static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

    /// A refusal of the token endpoint (RFC 6749 §5.2).
    package struct Refused: Error, Hashable, Sendable {
        package let status: Int
        package let code: String
        package let text: String

        var json: JSONValue {
            ["error": .string(code), "error_description": .string(text)]
        }
    }

    /// A token that was handed out.
    package struct Token: Hashable, Sendable {
        package let text: String
        package let scopes: ScopeSet
    }

    private let registry: Mutex<ClientRegistry>
    private let institution: AccountID
    private let port: any LedgerPort
    private let address: ServerAddress
    private let key: SecretBytes
    private let seen = Mutex<[String: Timestamp]>([:])
    private let clock: @Sendable () -> Timestamp

    package init(
        registry: ClientRegistry, institution: AccountID, port: any LedgerPort,
        address: ServerAddress, clock: @escaping @Sendable () -> Timestamp,
        random: any RandomSource
    ) {
        self.registry = Mutex(registry)
        (self.institution, self.port, self.address) = (institution, port, address)
        self.clock = clock
        key = SecretBytes(randomCount: 32, from: random)
    }

    /// Takes a registry that the operator changed.
    package func replace(_ registry: ClientRegistry) { self.registry.withLock { $0 = registry } }

    /// The address of the token endpoint, which assertions are made for.
    package var endpoint: String { address.base + "/token" }

    /// Answers a form of the token endpoint.
    package func token(
        for form: [(name: String, value: String)]
    ) throws(Refused) -> Token {
        func value(_ name: String) -> String? { form.first { $0.name == name }?.value }
        guard value("grant_type") == "client_credentials" else {
            throw Refused(
                status: 400, code: "unsupported_grant_type",
                text: "grant_type must be client_credentials")
        }
        guard value("client_assertion_type") == Self.assertionType,
            let assertion = value("client_assertion").flatMap({ WebToken($0) })
        else {
            throw Self.invalidClient("a signed JWT (RS384, ES384, ES256, EdDSA) is needed")
        }
        let client = try client(of: assertion)
        guard let wanted = value("scope").map({ ScopeSet($0) }), !wanted.isEmpty else {
            throw Refused(
                status: 400, code: "invalid_scope",
                text: "scope must name at least one, such as system/Observation.rs")
        }
        let granted = wanted.limited(to: client.scopes)
        guard !granted.isEmpty else {
            throw Refused(
                status: 400, code: "invalid_scope", text: "the client has none of the scopes")
        }
        let isStaff = try isStaff(client.account)
        let expires = clock().advanced(bySeconds: Self.tokenSeconds)
        return Token(
            text: seal(client, isStaff: isStaff, expires, granted), scopes: granted)
    }

    /// The caller of a token that is genuine and has not expired.
    package func caller(of token: some StringProtocol, purpose: Purpose) -> Caller? {
        guard let bytes = Base64URL.decode(token), bytes.count >= 73 else { return nil }
        let payload = Array(bytes.dropLast(32))
        let code = HashSuite.sha256.authenticationCode(key: key, payload)
        guard constantTimeEqual(code.bytes, Array(bytes.suffix(32))),
            let account = Hash256(payload[..<32])
        else { return nil }
        let expires = payload[32..<40].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard expires > clock().milliseconds else { return nil }
        let text = String(decoding: payload[41...], as: UTF8.self)
        let parts = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        return Caller(
            account: AccountID(account), isStaff: payload[40] == 1, purpose: purpose,
            scopes: ScopeSet(String(parts[0])), client: String(parts[1]))
    }

    /// The client of an id, as the operator wrote it down.
    package func client(_ id: String) -> RegisteredClient? { registry.withLock { $0.client(id) } }

    private func seal(
        _ client: RegisteredClient, isStaff: Bool, _ expires: Timestamp, _ scopes: ScopeSet
    ) -> String {
        let payload =
            client.account.hash.bytes
            + withUnsafeBytes(of: expires.milliseconds.bigEndian) { Array($0) }
            + [isStaff ? 1 : 0]
            + Array((scopes.texts.joined(separator: " ") + "\n" + client.id).utf8)
        return Base64URL.encode(
            payload + HashSuite.sha256.authenticationCode(key: key, payload).bytes)
    }

    // MARK: Assertions

    private static func invalidClient(_ text: String) -> Refused {
        Refused(status: 401, code: "invalid_client", text: text)
    }

    /// The client of an assertion that is signed, fresh, for this server and new.
    private func client(of assertion: WebToken) throws(Refused) -> RegisteredClient {
        let claims = assertion.claims
        guard let id = claims["iss"]?.stringValue, claims["sub"]?.stringValue == id,
            let client = registry.withLock({ $0.client(id) }),
            assertion.isSigned(by: client.keys)
        else { throw Self.invalidClient("the client is not known or did not sign") }
        let audience = claims["aud"].map { $0.elements.isEmpty ? [$0] : $0.elements } ?? []
        guard audience.contains(where: { $0.stringValue == endpoint }) else {
            throw Self.invalidClient("aud must be \(endpoint)")
        }
        let now = clock().milliseconds / 1000
        guard let expires = claims["exp"]?.numberText.flatMap({ UInt64($0) }),
            expires + Self.clockSkewSeconds > now,
            expires <= now + Self.assertionSeconds + Self.clockSkewSeconds
        else { throw Self.invalidClient("exp must be at most five minutes ahead") }
        guard let identifier = claims["jti"]?.stringValue, (1...256).contains(identifier.utf8.count)
        else { throw Self.invalidClient("jti must be there") }
        let limit = Timestamp(milliseconds: (expires + Self.clockSkewSeconds) * 1000)
        let isNew = seen.withLock { seen in
            if seen.count >= Self.assertionLimit {
                seen = seen.filter { $0.value.milliseconds / 1000 > now }
            }
            guard seen.count < Self.assertionLimit, seen[id + "\n" + identifier] == nil else {
                return false
            }
            seen[id + "\n" + identifier] = limit
            return true
        }
        guard isNew else { throw Self.invalidClient("the assertion was used before") }
        return client
    }

    /// Whether an account may write here; it must be an active member of the zone.
    private func isStaff(_ account: AccountID) throws(Refused) -> Bool {
        let member: MemberFacts?
        do throws(PortError) { member = try port.member(account) } catch {
            throw Refused(
                status: 503, code: "temporarily_unavailable", text: "the node does not answer")
        }
        guard let member, member.status == .active else {
            throw Self.invalidClient("the client's account is no active member of the zone")
        }
        return account == institution
            || member.institution == institution
                && member.kind == .practitioner
    }
}
