import Agent
import Base
import Conformance
import Cryptography
import Encoding
import FHIRDefinitions
import FHIRSearch
import FHIRServer
import HTTPServer
import IndexSQLite
import Ledger
import System

/// The FHIR server of an institution.
enum FHIRCommands {
    static let all = [
        Command(
            words: ["fhir", "serve"],
            summary: Localized(
                "serve the institution's records as FHIR R4, under consent",
                "以 FHIR R4 提供本机构记录（按知情同意）"),
            operands: ["FOLDER"],
            options: AgentSession.options + [
                .value(
                    "address", "IP", "where to listen (default 127.0.0.1)", "监听地址（默认 127.0.0.1）"),
                .value("port", "N", "where to listen (default 8081)", "监听端口（默认 8081）"),
                .value(
                    "base", "URL", "the public base (default: http://ADDRESS:PORT/fhir)",
                    "公开地址（默认 http://地址:端口/fhir）"),
                .value(
                    "clients", "FILE", "the registered clients (default: FOLDER/clients.json)",
                    "已注册的客户端（默认 FOLDER/clients.json）"),
                .value(
                    "deletion", "POLICY", "amendment or erasure (default amendment)",
                    "删除策略：amendment 或 erasure（默认 amendment）"),
                .value("tls-certificate", "FILE", "PEM certificate", "PEM 证书"),
                .value("tls-key", "FILE", "PEM private key", "PEM 私钥"),
            ],
            run: serve)
    ]

    private static func serve(_ invocation: Invocation) throws {
        let folder = invocation.operands[0]
        let session = try AgentSession(invocation)
        try NodeErrors.worded { try FileSystem.makeFolder(folder) }
        let lock = try NodeErrors.worded { try FolderLock(folder) }
        defer { lock.release() }
        var configuration = HTTPServerConfiguration()
        configuration.address = invocation.value("address") ?? "127.0.0.1"
        guard let port = UInt16(exactly: try invocation.number("port", default: 8081)) else {
            throw CommandError.usage("--port is at most 65535.", "--port 最大为 65535。")
        }
        configuration.port = port
        configuration.requestTimeout = .seconds(120)
        configuration.bodyByteCountMax = 64 << 20
        if let certificate = invocation.value("tls-certificate") {
            let key = try invocation.required("tls-key")
            configuration.identity = HTTPServerIdentity(
                certificatePEM: String(
                    decoding: try Files.read(certificate, limit: 1 << 20), as: UTF8.self),
                privateKeyPEM: String(
                    decoding: try Files.read(key, limit: 1 << 20), as: UTF8.self))
        }
        let scheme = configuration.identity == nil ? "http" : "https"
        let base =
            invocation.value("base")
            ?? "\(scheme)://\(configuration.address):\(port)/fhir"
        let host = try open(session, folder: folder, base: base, invocation)
        defer { host.close() }
        let gateway = try NodeErrors.worded {
            try FHIRGateway(service: host.service, tokens: host.tokens)
        }
        let server = try NodeErrors.worded {
            try HTTPServer(configuration: configuration, handler: gateway)
        }
        Output.line(
            invocation.say(
                "Serving FHIR R4 on \(base). Ctrl-C stops it.", "FHIR R4 服务地址：\(base)，按 Ctrl-C 停止。")
        )
        let asked = Wakeup()
        let waiting = try? SignalWait { _ in asked.raise() }
        asked.sleep()
        waiting?.stop()
        Output.remark(invocation.say("Stopping …", "正在停止……"))
        server.shutdown(gracePeriodSeconds: 5)
        gateway.close()
    }

    private static func open(
        _ session: AgentSession, folder: String, base: String, _ invocation: Invocation
    ) throws -> FHIRHost {
        let table: DefinitionTable
        do throws(Refusal) { table = try InstalledDefinitions.load() } catch {
            throw CommandError(.unavailable, error)
        }
        var settings = FHIRSettings(
            address: ServerAddress(base: base), validation: ResourceValidation { _ in [] },
            exportFolder: folder + "/export")
        settings.clients = try clients(folder, invocation)
        if let text = invocation.value("deletion") {
            guard let policy = DeletionPolicy(rawValue: text) else {
                throw CommandError.usage(
                    "--deletion is amendment or erasure.", "--deletion 为 amendment 或 erasure。")
            }
            settings.policy = policy
        }
        let index = try index(folder, session)
        do throws(FHIRError) {
            return try FHIRHost(
                store: session.store, port: session.port, chain: session.chain,
                suite: session.suite, table: table,
                index: index, settings: settings,
                ownerPort: { [session] signer in
                    HTTPPort(
                        url: NodeOption.address(invocation), signer: signer,
                        expecting: session.chain)
                })
        } catch {
            throw CommandError(
                .unavailable,
                error.issues.first?.refusal ?? Refusal("fhir.start", "It does not start.", "无法启动。"))
        }
    }

    /// The index of a folder, sealed under a key that only the institution's keystore gives.
    private static func index(
        _ folder: String, _ session: AgentSession
    ) throws -> any ResourceIndex {
        guard let secret = session.store.identity.fileKey("fhir-index/1"),
            let key = Hash256(secret.copyBytes())
        else {
            throw CommandError(
                .refused, "fhir.not-institution",
                "Only an institution serves FHIR. Use the institution's keystore.",
                "只有机构可以提供 FHIR 服务。请使用机构的密钥库。")
        }
        do throws(IndexError) {
            return try SQLiteIndex(SQLiteSettings(path: folder + "/index.db", key: key))
        } catch {
            throw CommandError(
                .unavailable, "fhir.index",
                "The index \(folder)/index.db cannot be opened (\(error)). It belongs to one "
                    + "institution's keystore; delete it to build it anew.",
                "无法打开索引 \(folder)/index.db（\(error)）。索引只属于一个机构的密钥库；删除后可重建。")
        }
    }

    private static func clients(
        _ folder: String, _ invocation: Invocation
    ) throws -> ClientRegistry {
        let file = invocation.value("clients") ?? folder + "/clients.json"
        guard invocation.value("clients") != nil || FileSystem.exists(file) else {
            Output.remark(
                invocation.say(
                    "No clients are registered in \(file), so nobody can ask for a token.",
                    "\(file) 中没有注册客户端，因此无人可以申请令牌。"))
            return ClientRegistry([])
        }
        let bytes = try Files.read(file, limit: 16 << 20)
        do throws(Refusal) {
            return try ClientRegistry(parsing: bytes)
        } catch {
            throw CommandError(.usage, error)
        }
    }
}
