import Base
import System
import Testing

/// `kanglian fhir view` as people and scripts meet it.
@Suite("kanglian fhir view", .enabled(if: SmallFiles.isReady, SmallFiles.absence))
struct ViewCommandTests {
    private let files: SmallFiles

    init() throws { files = try SmallFiles() }

    /// The built program, which stands beside the test bundle.
    private static let program: String = {
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
        return FileSystem.folder(of: bundle ?? CommandLine.arguments[0]) + "/kanglian"
    }()

    private func run(_ arguments: String...) throws -> ProcessRunner.Output {
        let kept = Environment.all.filter { !$0.hasPrefix("LANG=") && !$0.hasPrefix("LC_") }
        return try ProcessRunner.run(
            [Self.program, "fhir", "view"] + arguments, environment: kept + ["LANG=C.UTF-8"])
    }

    @Test("prints a table and nothing else")
    func prints() throws {
        let view = try files.add("v.json", SmallFiles.viewText)
        let patients = try files.add("p.ndjson", SmallFiles.patient("a"))
        let result = try run(view, patients)
        #expect(result.end == .exited(0))
        #expect(result.text == "id,active,births,born,given\r\na,,,,[]\r\n")
        #expect(result.errors.isEmpty)
        let lines = try run(view, patients, patients, "--format", "ndjson")
        #expect(lines.text.split(separator: "\n").count == 2)
    }

    @Test("a file is whole, for its owner only, or it is not there")
    func wholeFiles() throws {
        let view = try files.add("v.json", SmallFiles.viewText)
        let good = try files.add("p.ndjson", SmallFiles.patient("a"))
        let bad = try files.add("q.ndjson", SmallFiles.patient("b") + "\n{")
        let target = files.folder + "/t.parquet"
        let failed = try run(view, good, bad, "--format", "parquet", "--to", target)
        #expect(failed.end == .exited(1))
        #expect(failed.errorText.contains("q.ndjson, line 2"), "\(failed.errorText)")
        #expect(files.names == ["p.ndjson", "q.ndjson", "v.json"])
        let written = try run(view, good, "--format", "parquet", "--to", target)
        #expect(written.end == .exited(0), "\(written.errorText)")
        #expect(written.text == "resources  rows\n1          1\n")
        #expect(try FileSystem.permissions(target) == 0o600)
        // What fails leaves the old file.
        let old = try FileSystem.read(target, limit: 1 << 20)
        #expect(try run(view, bad, "--to", target).end == .exited(1))
        #expect(try FileSystem.read(target, limit: 1 << 20) == old)
        #expect(files.names == ["p.ndjson", "q.ndjson", "t.parquet", "v.json"])
    }

    @Test("exit codes tell what kind of thing is wrong")
    func exitCodes() throws {
        let view = try files.add("v.json", SmallFiles.viewText)
        let patients = try files.add("p.ndjson", SmallFiles.patient("a"))
        let broken = try files.add("w.json", #"{"resource":"Patient"}"#)
        #expect(try run(view, patients, "--format", "parquet").end == .exited(2))
        #expect(try run(view, patients, "--format", "xlsx").end == .exited(2))
        #expect(try run(view).end == .exited(2))
        #expect(try run(view, patients + ".gz").end == .exited(2))
        #expect(try run(view, files.folder + "/none.ndjson").end == .exited(3))
        #expect(try run(files.folder + "/none.json", patients).end == .exited(3))
        let refused = try run(broken, patients)
        #expect(refused.end == .exited(1))
        #expect(refused.errorText.contains("w.json: select"), "\(refused.errorText)")
        let chinese = try run(broken, patients, "--lang", "zh")
        #expect(chinese.errorText.contains("视图"))
    }
}
