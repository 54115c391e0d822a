import Base
import Cryptography
import FHIRSearch
import FHIRServer
import Foundation
import HTTPServer
import IndexSQLite
import Ledger
import Synchronization
import System
import Testing

/// Clients that we did not write, over HTTP, with the index that hospitals run.
@Suite(
    "FHIR clients of others",
    .enabled(if: ClientPrograms.areThere, "run make setup for the clients"))
struct ForeignClientTests {
    @Test("fhirclient, fhirpy and a plain SMART client run their scenario")
    func scenario() throws {
        try serving { folder, base in
            let printed = try run(["run", folder, base])
            #expect(printed.split(separator: "\n").filter { $0.hasPrefix("ok:") }.count >= 14)
        }
    }

    @Test("Schemathesis finds no server error and no answer without a token")
    func description() throws {
        try serving { folder, base in
            let printed = try run(["schemathesis", folder, base])
            let cases = printed.firstMatch(of: /(\d+) generated/).flatMap { Int($0.1) } ?? 0
            #expect(cases > 1000, "\(printed)")
        }
    }

    /// Serves a hospital over HTTP, whose registered clients have their keys in the folder.
    private func serving(_ body: (_ folder: String, _ base: String) throws -> Void) throws {
        let folder = try FileSystem.makeTemporaryFolder("fhir-clients")
        defer { try? FileSystem.removeTree(folder) }
        // The address must be known before the service is made, so the handler comes later.
        let late = LateHandler()
        var configuration = HTTPServerConfiguration()
        configuration.bodyByteCountMax = 64 << 20
        let server = try HTTPServer(configuration: configuration, handler: late)
        defer { server.shutdown(gracePeriodSeconds: 0) }
        let base = "http://127.0.0.1:\(server.port)/fhir"
        let zone = try FHIRZone(seed: 41, time: SystemClock.now, base: base) { _ in
            try SQLiteIndex(SQLiteSettings(path: folder + "/index.db", key: Hash256.zero))
        }
        try run(["keys", folder, FHIRZone.account(zone.institutions[0]).description])
        let clients = try FileSystem.read(folder + "/clients.json", limit: 1 << 20)
        zone.hosts[0].tokens.replace(try ClientRegistry(parsing: clients))
        let gateway = try FHIRGateway(service: zone.hosts[0].service, tokens: zone.hosts[0].tokens)
        late.set(gateway)
        defer { gateway.close() }
        try body(folder, base)
    }

    @discardableResult
    private func run(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: ClientPrograms.python)
        process.arguments = [ClientPrograms.repository + "/scripts/fhir_clients.py"] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: data, as: UTF8.self)
        #expect(process.terminationStatus == 0, "\(text)")
        return text
    }
}

/// Hands requests to a handler that is known later.
private final class LateHandler: HTTPHandler {
    private let inner = Mutex<(any HTTPHandler)?>(nil)

    func set(_ handler: any HTTPHandler) { inner.withLock { $0 = handler } }

    func handle(_ request: HTTPRequest, responder: HTTPResponder) {
        guard let handler = inner.withLock({ $0 }) else {
            responder.send(HTTPResponse(status: 503))
            return
        }
        handler.handle(request, responder: responder)
    }

    func bodyLimit(method: HTTPMethod, path: String) -> Int? { 64 << 20 }
}

/// Where the clients are that `make setup` installs.
private enum ClientPrograms {
    static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
    static let python = repository + "/.venv/bin/python"

    static var areThere: Bool { FileSystem.exists(python) }
}
