import Base
import Conformance
import Encoding
import System
import Testing

@Suite("Conformance reports")
struct ReportTests {
    @Test("are the JSON that the command prints")
    func json() throws {
        let folder = try SuiteFolder([("a.txt", "0,0\n0,1\n"), ("b.md", "")])
        #expect(
            try folder.run(.jcs).json == [
                "suite": "jcs", "passed": 1, "failed": 1, "skipped": 1,
                "failures": [["test": "a.txt: line 2", "reason": "expected 1, got 0"]],
                "skips": [
                    [
                        "test": "b.md",
                        "reason":
                            "unknown shape: neither an input with its output nor a number file",
                    ]
                ],
            ])
    }

    @Test("count on when there are more failures than they list")
    func limits() throws {
        let text = String(repeating: "0,1\n", count: ConformanceReport.remarkLimit + 5)
        let report = try SuiteFolder([("a.txt", text)]).run(.jcs)
        #expect(report.failed == ConformanceReport.remarkLimit + 5)
        #expect(report.failures.count == ConformanceReport.remarkLimit)
    }

    @Test("are refused for a path without tests", arguments: ConformanceSuite.allCases)
    func nothing(_ suite: ConformanceSuite) throws {
        let folder = try SuiteFolder()
        let empty = #expect(throws: Refusal.self) { try folder.run(suite) }
        #expect(empty?.code == "conformance.empty")
        let missing = #expect(throws: Refusal.self) { try folder.run(suite, "nowhere") }
        #expect(missing?.code == "conformance.missing")
    }

    @Test("name links to folders and other things that are no files")
    func links() throws {
        let folder = try SuiteFolder([("a.txt", "0,0\n"), (".hidden.txt", "0,1\n")])
        let made = try ProcessRunner.run(["ln", "-s", folder.path, folder.path + "/circle"])
        #expect(made.end == .exited(0))
        let pipe = try ProcessRunner.run(["mkfifo", folder.path + "/pipe.txt"])
        #expect(pipe.end == .exited(0))
        let report = try folder.run(.jcs)
        #expect(report.counts == [1, 0, 2], "\(report)")
        #expect(report.skips.map(\.name) == ["circle", "pipe.txt"])
    }
}
