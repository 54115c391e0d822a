import Ledger
import Cryptography
import Agent
import Base
import Encoding
import FHIRModel
import System

/// Bringing FHIR files onto the chain, and making sample files.
enum ImportCommands {
    static let all = [
        Command(
            words: ["import"],
            summary: Localized(
                "seal and commit FHIR R4 bundles, resources or NDJSON files",
                "密封并提交 FHIR R4 Bundle、资源或 NDJSON 文件"),
            operands: ["FILE…"],
            options: AgentSession.options + [
                .flag(
                    "enrol-hosted", "enrol unknown patients with wallets hosted here",
                    "为未知患者登记并在此托管钱包"),
                .value("source", "NAME", "the system whose resource ids these are", "资源编号所属的系统"),
            ],
            run: importFiles),
        Command(
            words: ["sample"],
            summary: Localized(
                "write labelled synthetic residents as FHIR R4 bundles",
                "生成带标签的合成居民 FHIR R4 Bundle"),
            options: [
                .value("count", "N", "how many (default 1)", "数量（默认 1）"),
                .value("seed", "N", "same seed, same bytes (default 2026)", "随机种子（默认 2026）"),
                .value("province", "CODE", "GB/T 2260 code (default 33)", "GB/T 2260 代码（默认 33）"),
                .value("folder", "FOLDER", "where to write (default: samples)", "输出目录（默认 samples）"),
            ],
            run: sample),
    ]

    private static func importFiles(_ invocation: Invocation) throws {
        let session = try AgentSession(invocation)
        var options = ImportOptions()
        options.enrolsHosted = invocation.flag("enrol-hosted")
        options.source = invocation.value("source") ?? ""
        let pool = WorkerPool(threads: 1)
        defer { pool.close() }
        let progress = Progress()
        var rows: [[String]] = []
        for file in invocation.operands {
            let bytes = try Files.read(file, limit: 1 << 30)
            let report = try invocation.run {
                try ImportPipeline(
                    store: session.store, port: session.port, chain: session.chain,
                    suite: session.suite, options: options, pool: pool, random: session.random
                ).run(bytes, name: file, time: SystemClock.now) { state in
                    progress.show(
                        "\(file): \(state.records)/\(state.knownRecords) "
                            + invocation.say("records", "条记录") + ", \(state.bytes / 1024) KiB")
                }
            }
            progress.end()
            rows.append([
                file, String(report.summary.recordCount), String(report.enrolled),
                report.wasImportedBefore ? "before" : "now",
                report.owners.map { $0.description }.joined(separator: " "),
            ])
        }
        Output.rows(
            invocation.output,
            [
                ("file", invocation.say("file", "文件")),
                ("records", invocation.say("records", "记录")),
                ("enrolled", invocation.say("enrolled", "新登记")),
                ("imported", invocation.say("imported", "导入")),
                ("owners", invocation.say("owners", "所有者")),
            ], rows)
    }

    private static func sample(_ invocation: Invocation) throws {
        let folder = invocation.value("folder") ?? "samples"
        let count = Int(try invocation.number("count", default: 1))
        let samples = SampleResidents(
            seed: try invocation.number("seed", default: 2026),
            province: invocation.value("province") ?? "33")
        try NodeErrors.worded { try FileSystem.makeFolder(folder) }
        var rows: [[String]] = []
        for index in 0..<count {
            let resident = samples.resident(index: index)
            let number = index < 9 ? "0\(index + 1)" : "\(index + 1)"
            let file = "\(folder)/resident-\(number).json"
            try Files.write(resident.bundle, to: file)
            rows.append([file, "\(resident.bundle.count)"])
        }
        Output.rows(
            invocation.output,
            [("file", invocation.say("file", "文件")), ("bytes", invocation.say("bytes", "字节"))], rows
        )
    }
}
