import HTTPServer
import Rehearsal
import System
import Testing

/// The page `docs/tour.md`, word for word.
@Suite("The tour")
struct TourTests {
    /// Commands that run together, and what the page says they print.
    struct Step {
        let line: Int
        let commands: [String]
        var output: [String]?
    }

    private static let mark = "=== step "

    private static func steps(_ page: String) -> [Step] {
        var steps: [Step] = []
        var block: (kind: Substring, line: Int, lines: [String])?
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            if let open = block {
                guard line.hasPrefix("```") else {
                    block?.lines.append(String(line))
                    continue
                }
                if open.kind == "sh" {
                    steps.append(Step(line: open.line, commands: open.lines, output: nil))
                } else if open.kind == "text", !steps.isEmpty {
                    steps[steps.count - 1].output = open.lines
                }
                block = nil
            } else if line.hasPrefix("```") {
                block = (line.dropFirst(3), index + 1, [])
            }
        }
        return steps
    }

    /// Whether `…` in the pattern can stand for what the line has there.
    static func matches(_ line: some StringProtocol, _ pattern: some StringProtocol) -> Bool {
        let parts = pattern.split(separator: "…", omittingEmptySubsequences: false)
        guard parts.count > 1, let first = parts.first, let last = parts.last else {
            return line == pattern
        }
        guard line.hasPrefix(first), line.count >= first.count + last.count,
            line.hasSuffix(last)
        else { return false }
        var rest = line.dropFirst(first.count).dropLast(last.count)[...]
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let found = rest.firstRange(of: part) else { return false }
            rest = rest[found.upperBound...]
        }
        return true
    }

    @Test(
        "the comparison tells lines apart",
        arguments: [
            ("abc", "abc", true), ("abc", "abd", false), ("abc", "a…c", true), ("ac", "a…c", true),
            ("a", "a…a", false), ("abcd", "a…c", false), ("abcbd", "a…b…d", true), ("", "…", true),
            ("Stopping …", "Stopping …", true), ("x1y2", "x…y…z", false),
        ])
    func comparison(_ line: String, _ pattern: String, _ expected: Bool) {
        #expect(Self.matches(line, pattern) == expected)
    }

    private static func page(_ name: String) throws -> [Step] {
        let page = try FileSystem.read(Program.repository + "/docs/" + name, limit: 1 << 20)
        return steps(String(decoding: page, as: UTF8.self))
    }

    @Test("the Chinese page has the same commands and shows the same output")
    func chinesePage() throws {
        let (english, chinese) = (try Self.page("tour.md"), try Self.page("tour.zh-CN.md"))
        #expect(chinese.map(\.commands) == english.map(\.commands))
        #expect(chinese.map(\.output) == english.map(\.output))
    }

    /// A port that was free a moment ago.
    private func freePort() throws -> UInt16 {
        struct Silent: HTTPHandler {
            func handle(_ request: HTTPRequest, responder: HTTPResponder) {}
        }
        let server = try HTTPServer(
            configuration: HTTPServerConfiguration(), handler: Silent())
        defer { server.shutdown(gracePeriodSeconds: 0) }
        return server.port
    }

    @Test("every command of docs/tour.md runs and prints what the page says")
    func tour() throws {
        try walk(try Self.page("tour.md"))
    }

    /// The same tour through a zone of four institutions: only its making differs.
    @Test(
        "every command of docs/tour.md runs against a cluster too",
        .enabled(if: EtcdCluster.isInstalled, "etcd is missing: apt-get install etcd-server"))
    func clusterTour() throws {
        var steps = try Self.page("tour.md")
        try #require(steps[0].commands.contains { $0.hasPrefix("kanglian init zone") })
        try #require(steps[1].commands.contains { $0.hasPrefix("kanglian serve zone") })
        steps[0] = Step(
            line: steps[0].line,
            commands: [
                "touch up.out",
                "kanglian cluster up zone --residents 3 --no-import --port 0 >> up.out &",
                "NODE=$!",
                "grep -q -m 1 'Ctrl-C stops' <(tail -n +1 -f --pid=$NODE up.out)",
                "KANGLIAN_NODE=$(grep -o -m 1 'http://127.0.0.1:[0-9]*' up.out)",
                "export KANGLIAN_NODE",
            ], output: nil)
        steps[1] = Step(
            line: steps[1].line,
            commands: steps[1].commands.filter { $0.hasPrefix("kanglian doctor") },
            output: steps[1].output)
        try #require(steps[1].commands.count == 1)
        try walk(steps)
    }

    private func walk(_ steps: [Step]) throws {
        #expect(steps.count > 10)
        #expect(steps.last?.commands.contains { $0.hasPrefix("kanglian verify") } == true)
        var script = "set -euo pipefail\nexec 2>&1\n"
        script += "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n"
        for (index, step) in steps.enumerated() {
            script += "echo '\(Self.mark)\(index)'\n"
            script += step.commands.joined(separator: "\n") + "\n"
        }
        let folder = try TemporaryFolder("kanglian-tour")
        let result = try ProcessRunner.run(
            ["bash", "-c", "cd \"$1\" && eval \"$2\"", "tour", folder.path, script],
            environment: Program.environment(["KANGLIAN_PORT=\(try freePort())"]),
            milliseconds: 300_000)
        #expect(result.end == .exited(0), "\(result.text.suffix(2000))")
        #expect(result.errors.isEmpty)
        var printed: [[Substring]] = []
        for line in result.text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix(Self.mark) {
                printed.append([])
            } else if !printed.isEmpty {
                printed[printed.count - 1].append(line)
            }
        }
        if printed.last?.last == "" { printed[printed.count - 1].removeLast() }
        #expect(printed.count == steps.count)
        for (step, lines) in zip(steps, printed) { compare(step, lines) }
    }

    private func compare(_ step: Step, _ lines: [Substring]) {
        let place = SourceLocation(
            fileID: #fileID, filePath: Program.repository + "/docs/tour.md", line: step.line,
            column: 1)
        let expected = step.output ?? []
        #expect(lines.count == expected.count, "\(lines)", sourceLocation: place)
        for (line, pattern) in zip(lines, expected) where !Self.matches(line, pattern) {
            Issue.record("printed `\(line)`, not `\(pattern)`", sourceLocation: place)
        }
    }
}
