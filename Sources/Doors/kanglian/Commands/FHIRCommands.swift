import Agent
import Base
import Conformance
import Cryptography
import Encoding
import FHIRDefinitions
import FHIRSearch
import FHIRServer
import FHIRTerminology
import FHIRValidation
import HTTPServer
import IndexPostgres
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
                .value(
                    "validation", "LEVEL", "off, structure or full (default full)",
                    "校验级别：off、structure 或 full（默认 full）", choices: ["off", "structure", "full"]),
                .value(
                    "postgres", "CONNINFO", "the index in PostgreSQL instead of FOLDER/index.db",
                    "使用 PostgreSQL 索引（默认 FOLDER/index.db）"),
                .value(
                    "hooks", "PREFIX[,PREFIX]",
                    "where notifications of Subscriptions may go (default: nowhere)",
                    "允许订阅通知发往的端点（默认不允许）"),
                .value("tls-certificate", "FILE", "PEM certificate", "PEM 证书"),
                .value("tls-key", "FILE", "PEM private key", "PEM 私钥"),
            ],
            run: serve),
        Command(
            words: ["fhir", "load"],
            summary: Localized(
                "load Bundles, resources and NDJSON into a stopped server's folder",
                "将 Bundle、资源和 NDJSON 装载到已停止的服务器目录"),
            operands: ["FOLDER", "FILE…"],
            options: AgentSession.options + [
                .value(
                    "validation", "LEVEL", "off, structure or full (default full)",
                    "校验级别：off、structure 或 full（默认 full）", choices: ["off", "structure", "full"]),
                .value(
                    "postgres", "CONNINFO", "the index in PostgreSQL instead of FOLDER/index.db",
                    "使用 PostgreSQL 索引（默认 FOLDER/index.db）"),
            ],
            run: load),
    ]

    private static func load(_ invocation: Invocation) throws {
        let folder = invocation.operands[0]
        let session = try AgentSession(invocation)
        try NodeErrors.worded { try FileSystem.makeFolder(folder) }
        let lock = try NodeErrors.worded { try FolderLock(folder) }
        defer { lock.release() }
        let host = try open(
            session, folder: folder, base: "http://127.0.0.1:8081/fhir", invocation)
        defer { host.close() }
        let pool = WorkerPool(threads: 1)
        defer { pool.close() }
        let loader = BulkLoader(service: host.service, pool: pool)
        let progress = Progress()
        do {
            for file in invocation.operands.dropFirst() {
                try load(file, loader)
                progress.show("\(file): \(loader.count) " + invocation.say("resources", "个资源"))
            }
            try loader.finish()
        } catch let error as FHIRError {
            progress.end()
            throw CommandError(
                .refused,
                error.issues.first?.refusal ?? Refusal("fhir.load", "It failed.", "失败。"))
        }
        progress.end()
        Output.rows(
            invocation.output,
            [
                ("loaded", invocation.say("loaded", "已装载")),
                ("unchanged", invocation.say("unchanged", "未变")),
            ], [[String(loader.count), String(loader.unchanged)]])
    }

    private static func load(_ file: String, _ loader: BulkLoader) throws {
        var bytes = try Files.read(file, limit: 1 << 30)
        if file.hasSuffix(".bz2") {
            bytes = try NodeErrors.worded { try Bzip2.decompress(bytes, limit: 1 << 30) }
        }
        if file.contains(".ndjson") { return try loader.load(lines: bytes) }
        let document: JSONValue
        do throws(JSONError) { document = try JSONValue(parsing: bytes) } catch {
            throw CommandError(.refused, error.refusal(in: bytes))
        }
        try loader.load(document)
    }

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
            address: ServerAddress(base: base), validation: try validation(table, invocation),
            exportFolder: folder + "/export")
        settings.clients = try clients(folder, invocation)
        if let text = invocation.value("deletion") {
            guard let policy = DeletionPolicy(rawValue: text) else {
                throw CommandError.usage(
                    "--deletion is amendment or erasure.", "--deletion 为 amendment 或 erasure。")
            }
            settings.policy = policy
        }
        if let text = invocation.value("hooks") {
            do throws(Refusal) { settings.hooks = try HookSettings(parsing: text) } catch {
                throw CommandError(.usage, error)
            }
        }
        let index = try index(folder, session, invocation)
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
        _ folder: String, _ session: AgentSession, _ invocation: Invocation
    ) throws -> any ResourceIndex {
        guard let key = session.store.identity.fileKey("fhir-index/1") else {
            throw CommandError(
                .refused, "fhir.not-institution",
                "Only an institution serves FHIR. Use the institution's keystore.",
                "只有机构可以提供 FHIR 服务。请使用机构的密钥库。")
        }
        return try IndexOption.open(folder, key: key, postgres: invocation.value("postgres"))
    }

    private static func validation(
        _ table: DefinitionTable, _ invocation: Invocation
    ) throws -> ResourceValidation {
        guard let level = ValidationLevel(rawValue: invocation.value("validation") ?? "full") else {
            throw CommandError.usage(
                "--validation is off, structure or full.",
                "--validation 为 off、structure 或 full。")
        }
        return ResourceValidation(
            FHIRValidator(table: table, terminology: Terminology(table)), level: level,
            clock: { SystemClock.now })
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

/// The index of a FHIR server: a sealed file, or a PostgreSQL database.
enum IndexOption {
    /// Opens the index; the key, of 32 bytes, seals the file or the bodies in the database.
    static func open(
        _ folder: String, key: SecretBytes, postgres: String?
    ) throws -> any ResourceIndex {
        do throws(IndexError) {
            if let postgres {
                return try PostgresIndex(PostgresSettings(conninfo: postgres, key: key))
            }
            guard let key = Hash256(key.copyBytes()) else { throw .wrongKey }
            return try SQLiteIndex(SQLiteSettings(path: folder + "/index.db", key: key))
        } catch {
            throw CommandError(
                .unavailable, "fhir.index",
                "The index cannot be opened (\(error)). Check the path or the connection; an index "
                    + "opens with the keystore that it was made with only.",
                "无法打开索引（\(error)）。请检查路径或连接；索引只能用建立它的密钥库打开。")
        }
    }
}
