import Base
import FHIRServer
import Testing

/// Where notifications may go.
@Suite("Endpoints of notifications")
struct HookEndpointTests {
    @Test(
        "what is more than a scheme, a host, a port and a path is none",
        arguments: [
            "", "https", "https:", "https://", "https:///x", "//host/x", "file:///etc/passwd",
            "https://user@host/x", "https://host/x?y=1", "https://host/x#y", "https://host/a//b",
            "https://host/./a", "https://host/../a", "https://host/%2e%2e/a", "https://host:0/x",
            "https://host:99999/x", "https://host:/x", "https://host:1:2/x", "https://ho st/x",
            "https://host\\@evil/x", "https://[::1/x", "https://[evil]/x", "https://hőst/x",
            "https://host/x\r\nA: b", "https://" + String(repeating: "a", count: 600),
        ])
    func broken(_ text: String) {
        #expect(HookEndpoint(text) == nil)
    }

    @Test("an endpoint covers itself and what is below it, and nothing else")
    func covering() throws {
        let allowed = try #require(HookEndpoint("HTTPS://His.Example/fhir/"))
        for text in [
            "https://his.example/fhir", "https://his.example:443/fhir/Patient",
            "https://HIS.example/fhir/a/b",
        ] {
            #expect(allowed.covers(try #require(HookEndpoint(text))), "\(text)")
        }
        for text in [
            "http://his.example/fhir", "https://his.example/", "https://his.example/fhirs",
            "https://his.example:444/fhir", "https://his.example.evil/fhir",
            "https://evil/his.example/fhir",
        ] {
            #expect(!allowed.covers(try #require(HookEndpoint(text))), "\(text)")
        }
        #expect(HookEndpoint("http://[::1]:8080/x")?.port == 8080)
    }

    @Test("the operator's list is read whole or not at all")
    func list() throws {
        #expect(
            try HookSettings(parsing: "https://a.example,http://b.example:8080/x").allowed.count
                == 2)
        #expect(throws: Refusal.self) { try HookSettings(parsing: "https://a.example,") }
        #expect(throws: Refusal.self) { try HookSettings(parsing: "") }
    }
}
