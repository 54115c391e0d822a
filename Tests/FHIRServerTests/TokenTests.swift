import Base
import Cryptography
import Encoding
import FHIRModel
import FHIRServer
import HTTPServer
import Ledger
import Testing

/// SMART Backend Services: assertions, tokens and scopes.
@Suite("FHIR tokens")
struct TokenTests {
    private struct Client {
        let key: SigningKey
        let registered: RegisteredClient

        init(_ account: AccountID, random: any RandomSource) throws {
            key = try SigningKey(suite: .ed25519, random: random)
            let jwk: JSONValue = [
                "kty": "OKP", "crv": "Ed25519", "kid": "k",
                "x": .string(Base64URL.encode(key.publicKey.bytes)),
            ]
            guard let web = WebKey(jwk) else { throw CryptographyError.invalidKey }
            registered = RegisteredClient(
                id: "his", account: account, keys: [web], scopes: ScopeSet("system/*.rs"))
        }

        func assertion(_ claims: JSONValue) throws -> String {
            let header: JSONValue = ["alg": "EdDSA", "kid": "k", "typ": "JWT"]
            let signed =
                Base64URL.encode(header.serialized()) + "."
                + Base64URL.encode(claims.serialized())
            return signed + "."
                + Base64URL.encode(try key.sign(Array(signed.utf8)))
        }
    }

    private func claims(
        _ now: Timestamp, jti: String, audience: String = "http://fhir.example/fhir/token",
        seconds: UInt64 = 60
    ) -> JSONValue {
        [
            "iss": "his", "sub": "his", "aud": .string(audience), "jti": .string(jti),
            "exp": .integer(now.milliseconds / 1000 + seconds),
        ]
    }

    private func form(_ assertion: String, scope: String) -> [(name: String, value: String)] {
        [
            ("grant_type", "client_credentials"), ("scope", scope),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            ), ("client_assertion", assertion),
        ]
    }

    @Test("a signed assertion gives a token once, with no more than the client may have")
    func once() throws {
        let zone = try FHIRZone(seed: 31)
        let client = try Client(FHIRZone.account(zone.institutions[0]), random: zone.random)
        let tokens = zone.hosts[0].tokens
        tokens.replace(ClientRegistry([client.registered]))
        let assertion = try client.assertion(claims(zone.clock.now, jti: "1"))
        let token = try tokens.token(
            for: form(assertion, scope: "system/Patient.cruds system/Observation.rs"))
        #expect(token.scopes.texts == ["system/Observation.rs"])
        let caller = try #require(tokens.caller(of: token.text, purpose: .treatment))
        #expect(caller.account == FHIRZone.account(zone.institutions[0]))
        #expect(caller.isStaff && caller.client == "his")
        #expect(caller.scopes.texts == ["system/Observation.rs"])
        #expect(throws: TokenDesk.Refused.self) {
            try tokens.token(for: form(assertion, scope: "system/Observation.rs"))
        }
        zone.clock.advance(seconds: TokenDesk.tokenSeconds)
        #expect(tokens.caller(of: token.text, purpose: .treatment) == nil)
    }

    @Test("a token with any bit changed is none")
    func changed() throws {
        let zone = try FHIRZone(seed: 32)
        let client = try Client(FHIRZone.account(zone.institutions[0]), random: zone.random)
        let tokens = zone.hosts[0].tokens
        tokens.replace(ClientRegistry([client.registered]))
        let token = try tokens.token(
            for: form(
                try client.assertion(claims(zone.clock.now, jti: "1")), scope: "system/*.rs"))
        var bytes = try #require(Base64URL.decode(token.text))
        for index in bytes.indices {
            bytes[index] ^= 1
            #expect(tokens.caller(of: Base64URL.encode(bytes), purpose: .treatment) == nil)
            bytes[index] ^= 1
        }
    }

    @Test("assertions for others, too old, too long or by another key are refused")
    func refused() throws {
        let zone = try FHIRZone(seed: 33)
        let account = FHIRZone.account(zone.institutions[0])
        let client = try Client(account, random: zone.random)
        let stranger = try Client(account, random: zone.random)
        let tokens = zone.hosts[0].tokens
        tokens.replace(ClientRegistry([client.registered]))
        let now = zone.clock.now
        let bad = [
            try client.assertion(claims(now, jti: "1", audience: "http://other/token")),
            try client.assertion(claims(now, jti: "2", seconds: 3600)),
            try client.assertion(
                claims(Timestamp(milliseconds: now.milliseconds - 600_000), jti: "3")),
            try stranger.assertion(claims(now, jti: "4")), "a.b.c", "",
        ]
        for assertion in bad {
            #expect(throws: TokenDesk.Refused.self) {
                try tokens.token(for: form(assertion, scope: "system/*.rs"))
            }
        }
    }
}
