import HTTPClient
import System
import Testing

@Suite("Client certificates", .timeLimit(.minutes(2)))
struct ClientCertificateTests {
    /// An `openssl` server that lets in only who has a certificate that it trusts.
    private final class PickyServer {
        let folder: String
        let port: String
        private let process: ChildProcess

        init() throws {
            folder = try FileSystem.makeTemporaryFolder("kanglian-picky")
            for name in ["server", "friend", "stranger"] {
                try Certificates.run(
                    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 "
                        + "-subj /CN=\(name) -addext subjectAltName=IP:127.0.0.1 "
                        + "-keyout \(folder)/\(name).key -out \(folder)/\(name).pem 2>/dev/null")
            }
            let log = "\(folder)/log"
            process = try ChildProcess(
                [
                    "openssl", "s_server", "-accept", "127.0.0.1:0", "-www", "-cert",
                    "\(folder)/server.pem", "-key", "\(folder)/server.key", "-CAfile",
                    "\(folder)/friend.pem", "-Verify", "1", "-verify_return_error",
                ], output: .file(log), errors: .file(log))
            var text = ""
            while !text.contains("\n") || !text.contains("ACCEPT") {
                guard process.wait(milliseconds: 10) == nil else { throw Certificates.Failed() }
                text = String(decoding: try FileSystem.read(log, limit: 1 << 20), as: UTF8.self)
            }
            guard let found = text.firstMatch(of: /ACCEPT 127\.0\.0\.1:(\d+)/) else {
                throw Certificates.Failed()
            }
            port = String(found.1)
        }

        func client(as name: String?, key: String? = nil) -> HTTPClient {
            var configuration = HTTPClientConfiguration()
            configuration.certificateAuthorityFile = "\(folder)/server.pem"
            configuration.clientCertificateFile = name.map { "\(folder)/\($0).pem" }
            configuration.clientKeyFile = (key ?? name).map { "\(folder)/\($0).key" }
            return HTTPClient(configuration: configuration)
        }

        deinit {
            process.kill()
            try? FileSystem.removeTree(folder)
        }
    }

    @Test("let in who has one that is trusted, with its key, and nobody else")
    func letIn() throws {
        let server = try PickyServer()
        let request = HTTPClientRequest.get("https://127.0.0.1:\(server.port)/")
        #expect(try server.client(as: "friend").send(request).status == 200)
        #expect(throws: HTTPClientError.self) { try server.client(as: nil).send(request) }
        #expect(throws: HTTPClientError.self) { try server.client(as: "stranger").send(request) }
        #expect(throws: HTTPClientError.untrusted) {
            try server.client(as: "friend", key: "stranger").send(request)
        }
        #expect(throws: HTTPClientError.untrusted) { try server.client(as: "nobody").send(request) }
        #expect(try server.client(as: "friend").send(request).status == 200)
    }
}
