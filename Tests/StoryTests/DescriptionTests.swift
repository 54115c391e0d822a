import Base
import Encoding
import Gateway
import HTTPClient
import HTTPServer
import System
import Testing

/// What the node says about itself is true.
@Suite("The API's description and the operator's pages")
struct DescriptionTests {
    private static let judge = Program.repository + "/.venv/bin/python"
    private static let promtool = "/usr/bin/promtool"

    private let zone: StoryZone

    init() throws {
        let page = GatewayPage(path: "/", contentType: "text/html", bytes: Array("<p>".utf8))
        zone = try StoryZone(seed: 41, pages: [page])
    }

    private struct Operation: Hashable {
        let method: String
        let path: String
        let needsSession: Bool
    }

    private func described() throws -> Set<Operation> {
        let paths = try zone.client.get("/openapi.json").json["paths"]?.members ?? []
        return Set(
            paths.flatMap { path in
                path.value.members.map { operation in
                    Operation(
                        method: operation.key.uppercased(), path: path.key,
                        needsSession: operation.value["security"] != nil)
                }
            })
    }

    @Test("every route is described, and nothing else")
    func routes() throws {
        let routes = zone.gateway.operations.map {
            Operation(
                method: $0.method.rawValue, path: $0.path, needsSession: $0.needsSession)
        }
        #expect(Set(routes).count == routes.count)
        let described = try described()
        #expect(described == Set(routes.filter { $0.path != "/" }))
        #expect(described.count > 15)
    }

    /// A path with something in place of each `{name}`.
    private func example(_ path: String) -> String {
        let hash = String(repeating: "a", count: 64)
        return path.replacing(/\{[a-z_]+\}/) { match in
            switch match.output {
            case "{height}": "1"
            case "{domain}": "medical"
            default: hash
            }
        }
    }

    @Test("every described operation is served, with a described status, and guarded if so said")
    func operations() throws {
        let paths = try #require(try zone.client.get("/openapi.json").json["paths"])
        for operation in try described() where operation.path != "/v1/events" {
            let answer = try zone.client.send(
                operation.method, example(operation.path),
                body: operation.method == "POST" ? [0x7B] : nil)
            #expect(answer.code != "request.unknown-path", "\(operation)")
            #expect(answer.status != 405, "\(operation)")
            #expect((answer.status == 401) == operation.needsSession, "\(operation)")
            let responses = paths[operation.path]?[operation.method.lowercased()]?["responses"]
            #expect(responses?[String(answer.status)] != nil, "\(operation) \(answer.status)")
            guard answer.status >= 400 else { continue }
            for name in ["code", "message", "message_zh"] {
                #expect(answer.json[name]?.stringValue?.isEmpty == false, "\(operation)")
            }
        }
    }

    @Test("unknown paths and methods are refused by name")
    func unknown() throws {
        let path = try zone.client.get("/v1/nothing")
        #expect(path.status == 404 && path.code == "request.unknown-path")
        let method = try zone.client.send("DELETE", "/v1/zone")
        #expect(method.status == 405 && method.code == "request.method")
    }

    @Test(
        "an independent judge finds the description valid OpenAPI 3.1",
        .enabled(if: FileSystem.exists(judge), "run make setup for the judges"))
    func oracle() throws {
        let folder = try TemporaryFolder("kanglian-openapi")
        let file = folder.path + "/openapi.json"
        try FileSystem.writeAtomically(file, zone.client.get("/openapi.json").body)
        let result = try ProcessRunner.run([
            "bash", "-c", "\"$1\" \"$2\" openapi < \"$3\"", "judge", Self.judge,
            Program.repository + "/scripts/oracle.py", file,
        ])
        #expect(result.end == .exited(0), "\(result.text)\(result.errorText)")
    }

    @Test("the node says that it lives and is ready")
    func health() throws {
        #expect(try zone.client.get("/healthz").json["status"] == "ok")
        #expect(try zone.client.get("/readyz").json["status"] == "ready")
    }

    @Test("metrics have Prometheus' form and count what happens")
    func metrics() throws {
        let answer = try zone.client.get("/metrics")
        #expect(answer.status == 200)
        #expect(
            answer.response.field("content-type") == "text/plain; version=0.0.4; charset=utf-8")
        let text = String(decoding: answer.body, as: UTF8.self)
        for name in ["kanglian_request_duration_seconds", "kanglian_pool_transactions"] {
            #expect(text.contains("# TYPE \(name) "))
        }
    }

    @Test(
        "promtool finds nothing wrong with the metrics",
        .enabled(if: FileSystem.exists(promtool), "install prometheus for promtool"))
    func metricsJudge() throws {
        let folder = try TemporaryFolder("kanglian-metrics")
        let file = folder.path + "/metrics.txt"
        try FileSystem.writeAtomically(file, zone.client.get("/metrics").body)
        let result = try ProcessRunner.run([
            "bash", "-c", "\"$1\" check metrics < \"$2\"", "judge", Self.promtool, file,
        ])
        #expect(result.end == .exited(0), "\(result.text)\(result.errorText)")
    }

    @Test("every answer forbids sniffing, caching and referring", arguments: ["/v1/zone", "/v1/x"])
    func headers(_ path: String) throws {
        let response = try zone.client.get(path).response
        #expect(response.field("x-content-type-options") == "nosniff")
        #expect(response.field("referrer-policy") == "no-referrer")
        #expect(response.field("cache-control") == "no-store")
        #expect(response.field("cross-origin-resource-policy") == "same-origin")
    }

    @Test("the page may load nothing from elsewhere")
    func page() throws {
        let response = try zone.client.get("/").response
        #expect(response.status == 200 && response.field("content-type") == "text/html")
        let policy = try #require(response.field("content-security-policy"))
        let rules = policy.split(separator: "; ")
        #expect(rules.first == "default-src 'none'")
        #expect(rules.contains("frame-ancestors 'none'") && rules.contains("base-uri 'none'"))
        #expect(!policy.contains("unsafe") && !policy.contains("*") && !policy.contains("http"))
    }
}
