import Base
import Benchmarks
import Conformance
import Encoding
import FHIRDefinitions
import FHIRValidation
import System

/// Measuring, and running suites that others published.
enum MeasureCommands {
    static let all = [
        Command(
            words: ["bench", "ledger"],
            summary: Localized(
                "measure commitments to finality beside the machine's own limits", "测量账本吞吐，并与机器极限对照"
            ),
            options: benchOptions,
            run: { invocation in
                try bench(invocation) { folder, smoke, progress in
                    var plan = smoke ? LedgerBenchmark.Plan.smoke : LedgerBenchmark.Plan()
                    plan.seed = try invocation.number("seed", default: plan.seed)
                    return try LedgerBenchmark(plan: plan, folder: folder, progress: progress).run()
                }
            }),
        Command(
            words: ["bench", "import"],
            summary: Localized("measure resources from bundle to finality", "测量 FHIR 导入吞吐"),
            options: benchOptions,
            run: { invocation in
                try bench(invocation) { folder, smoke, progress in
                    var plan = smoke ? ImportBenchmark.Plan.smoke : ImportBenchmark.Plan()
                    plan.seed = try invocation.number("seed", default: plan.seed)
                    return try ImportBenchmark(plan: plan, folder: folder, progress: progress).run()
                }
            }),
        Command(
            words: ["bench", "cluster"],
            summary: Localized(
                "measure finality among four validators over etcd on this machine",
                "测量四个验证者经 etcd 排序的终结性能"),
            options: benchOptions,
            run: { invocation in
                try bench(invocation) { folder, smoke, progress in
                    var plan = smoke ? ClusterBenchmark.Plan.smoke : ClusterBenchmark.Plan()
                    plan.seed = try invocation.number("seed", default: plan.seed)
                    return try ClusterBenchmark(plan: plan, folder: folder, progress: progress)
                        .run()
                }
            }),
        Command(
            words: ["bench", "join"],
            summary: Localized(
                "measure how soon a node that joins a chain of a million keys serves",
                "测量新节点加入百万键链后多久可服务"),
            options: benchOptions,
            run: { invocation in
                try bench(invocation) { folder, smoke, progress in
                    var plan = smoke ? JoinBenchmark.Plan.smoke : JoinBenchmark.Plan()
                    plan.seed = try invocation.number("seed", default: plan.seed)
                    let program = Environment.program ?? CommandLine.arguments[0]
                    return try JoinBenchmark(
                        plan: plan, folder: folder, program: program, progress: progress
                    ).run()
                }
            }),
        Command(
            words: ["bench", "fhir"],
            summary: Localized(
                "measure the FHIR server: load, read and search by several clients at once",
                "测量 FHIR 服务器：装载、读取与多客户端并发检索"),
            options: benchOptions + [
                .value(
                    "resources", "N", "how many (default 100000)", "资源数量（默认 100000）"),
                .value(
                    "postgres", "CONNINFO", "the index in PostgreSQL instead of SQLite",
                    "使用 PostgreSQL 索引（默认 SQLite）"),
            ],
            run: { invocation in
                try bench(invocation) { folder, smoke, progress in
                    var plan = smoke ? FHIRBenchmark.Plan.smoke : FHIRBenchmark.Plan()
                    plan.seed = try invocation.number("seed", default: plan.seed)
                    if !smoke {
                        plan.patients = max(
                            1, Int(try invocation.number("resources", default: 100_000)) / 1000)
                    }
                    let table: DefinitionTable
                    do throws(Refusal) { table = try InstalledDefinitions.load() } catch {
                        throw CommandError(.unavailable, error)
                    }
                    let postgres = invocation.value("postgres")
                    return try FHIRBenchmark(
                        plan: plan, folder: folder, table: table,
                        engine: postgres == nil ? "sqlite" : "postgresql",
                        open: { folder, key in
                            try IndexOption.open(folder, key: key, postgres: postgres)
                        }, progress: progress
                    ).run()
                }
            }),
        Command(
            words: ["conformance"],
            summary: Localized(
                "run a published suite from disk: wycheproof, merkle, jcs, roundtrip, fhirpath, "
                    + "sql-on-fhir, patch, validate",
                "运行公开测试集：wycheproof、merkle、jcs、roundtrip、fhirpath、sql-on-fhir、patch、validate"),
            operands: ["SUITE", "PATH"],
            options: [
                .value(
                    "inputs", "PATH", "where else fhirpath finds the resources of its tests",
                    "fhirpath 测试所用资源的其他位置"),
                .value("report", "FILE", "also put the result into a page", "将结果写入文档"),
                .flag("json", "the same as --output json", "等同于 --output json"),
            ],
            run: conformance),
    ]

    private static let benchOptions: [CommandOption] = [
        .value("seed", "N", "seed of the workload", "工作负载的随机种子"),
        .value("folder", "FOLDER", "where to write (default: a temporary folder)", "数据目录（默认临时目录）"),
        .flag("smoke", "a short run that only shows that it works", "仅验证可运行的短测试"),
        .flag("json", "the same as --output json", "等同于 --output json"),
    ]

    private static func bench(
        _ invocation: Invocation,
        _ body: (String, Bool, @escaping @Sendable (String) -> Void) throws -> JSONValue
    ) throws {
        let folder = try NodeErrors.worded {
            try invocation.value("folder") ?? FileSystem.makeTemporaryFolder("kanglian-bench")
        }
        defer { if invocation.value("folder") == nil { try? FileSystem.removeTree(folder) } }
        let isShown = Terminal.isInteractive(2)
        let result = try NodeErrors.worded {
            try body(folder, invocation.flag("smoke")) { step in
                if isShown { Output.remark("… \(step)") }
            }
        }
        guard case .object(let measured) = result else { return }
        let members = measured + [JSONMember("commit", .string(Build.commit))]
        if invocation.output == .json || invocation.flag("json") {
            return Output.json(.object(members))
        }
        for member in members {
            let text = member.value.stringValue ?? member.value.text()
            Output.line(Terminal.padded(member.key, to: 30) + text)
        }
    }

    private static func conformance(_ invocation: Invocation) throws {
        guard let suite = ConformanceSuite(rawValue: invocation.operands[0]) else {
            let known = ConformanceSuite.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandError.usage("The suites are: \(known).", "可用测试集：\(known)。")
        }
        let progress = Progress()
        let report = try Conformance.run(
            suite, path: invocation.operands[1], inputs: invocation.value("inputs")
        ) {
            progress.show($0)
        }
        progress.end()
        if let file = invocation.value("report") {
            try NodeErrors.worded {
                let old = FileSystem.exists(file) ? try FileSystem.read(file, limit: 1 << 20) : []
                let page = report.page(over: String(decoding: old, as: UTF8.self))
                try FileSystem.writeAtomically(file, Array(page.utf8))
            }
        }
        if invocation.output == .json || invocation.flag("json") {
            Output.json(report.json)
        } else {
            for finding in report.findings { show(finding, invocation) }
            for remark in report.failures { Output.line("✗ \(remark.name): \(remark.reason)") }
            for remark in report.skips { Output.line("- \(remark.name): \(remark.reason)") }
            Output.line(
                "passed \(report.passed), failed \(report.failed), skipped \(report.skipped)")
        }
        if report.failed > 0 || report.passed == 0 {
            throw CommandError(
                .verification, "conformance.failed",
                "\(report.failed) tests failed and \(report.passed) passed.",
                "\(report.failed) 项未通过，\(report.passed) 项通过。")
        }
    }

    /// The verdict on a file, with what is wrong or worth knowing.
    private static func show(
        _ finding: ConformanceReport.Finding, _ invocation: Invocation
    ) {
        let verdict =
            finding.isValid ? invocation.say("valid", "有效") : invocation.say("invalid", "无效")
        Output.line("\(verdict) \(finding.name)")
        for issue in finding.issues {
            let text = invocation.say(issue.message.english, issue.message.chinese)
            Output.line("  \(issue.severity.rawValue) \(issue.expression): \(text)")
        }
    }
}
