import Agent
import Base
import Encoding
@preconcurrency import Glibc
import HTTPClient
import System
import Testing

/// `kanglian demo`, started and stopped as a person would.
@Suite("The demonstration zone")
struct DemoTests {
    /// A running demo whose node answers.
    private struct Demo {
        let child: ChildProcess
        let client: StoryClient
        let output: String
    }

    /// Milliseconds for a start on a busy machine; nothing is measured.
    private static let patience: Int32 = 180_000

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder("kanglian-demo") }

    /// Starts the demo and waits until its welcome names the address.
    private func start(_ name: String) throws -> Demo {
        let output = "\(folder.path)/\(name).out"
        let child = try ChildProcess(
            [
                Program.path, "demo", folder.path + "/zone", "--residents", "2", "--port", "0",
                "--log", folder.path + "/node.log",
            ], environment: Program.environment(), output: .file(output),
            errors: .file("\(folder.path)/\(name).err"))
        for _ in 0..<Self.patience / 20 {
            // Waiting for the end, briefly, is the way to let it work.
            let end = child.wait(milliseconds: 20)
            let text = String(
                decoding: (try? FileSystem.read(output, limit: 1 << 20)) ?? [], as: UTF8.self)
            if text.contains("Ctrl-C stops it"),
                let url = text.firstMatch(of: /http:\/\/127\.0\.0\.1:\d+/)
            {
                let client = StoryClient(url: String(url.output), chain: .zero)
                return Demo(child: child, client: client, output: text)
            }
            if let end {
                Issue.record("ended with \(end): \(text)")
                break
            }
        }
        throw SystemError("start", "kanglian demo", code: ETIMEDOUT)
    }

    private func stop(_ demo: Demo) {
        demo.child.send(SIGINT)
        #expect(demo.child.wait(milliseconds: Self.patience) == .exited(0))
    }

    private func kanglian(_ words: String..., node: Demo) throws -> ProcessRunner.Output {
        try ProcessRunner.run(
            [Program.path] + words,
            environment: Program.environment(["KANGLIAN_NODE=\(node.client.url)"]))
    }

    /// The commands that the welcome proposes, as they stand there.
    private func proposed(_ demo: Demo) -> [String] {
        demo.output.split(separator: "\n").map { $0.drop { $0 == " " } }
            .filter { $0.hasPrefix(Program.path + " ") }.map(String.init)
    }

    @Test("starts, serves, stops on Ctrl-C, and keeps everything for the next start")
    func demo() throws {
        let keys = folder.path + "/zone/residents/resident-01.keys"
        let first = try start("first")
        let commands = proposed(first)
        #expect(commands.count == 3)
        for command in commands {
            let result = try ProcessRunner.run(
                ["bash", "-c", command.replacing("./", with: "")],
                environment: Program.environment())
            #expect(result.end == .exited(0), "\(command): \(result.errorText)")
        }
        let height = try first.client.height()
        #expect(height > 0)
        let page = try first.client.get("/")
        #expect(page.status == 200)
        let policy = try #require(page.response.field("content-security-policy"))
        #expect(policy.hasPrefix("default-src 'none';") && !policy.contains("unsafe"))
        let before = try kanglian(
            "record", "list", "--as", keys, "--purpose", "residentRequest", node: first)
        #expect(before.end == .exited(0) && before.text.split(separator: "\n").count > 10)
        stop(first)

        let second = try start("second")
        #expect(try second.client.height() >= height)
        let after = try kanglian(
            "record", "list", "--as", keys, "--purpose", "residentRequest", node: second)
        #expect(after.text == before.text)
        try readAll(after.text, keys, second)
        let audit = try kanglian("audit", "list", "--as", keys, node: second)
        #expect(audit.text.split(separator: "\n").count >= 4)
        stop(second)
    }

    /// Each record of a list, bundles among them, reads as a resource.
    private func readAll(_ list: String, _ keys: String, _ demo: Demo) throws {
        let records = list.matches(of: /[0-9a-f]{64}/.anchorsMatchLineEndings())
            .map { String($0.output) }.filter { list.contains("\n\($0)") }
        #expect(records.count > 10)
        let opened = folder.path + "/opened"
        let read = try ProcessRunner.run(
            [Program.path, "record", "read"] + records
                + ["--as", keys, "--purpose", "residentRequest", "--folder", opened],
            environment: Program.environment(["KANGLIAN_NODE=\(demo.client.url)"]))
        #expect(read.end == .exited(0), "\(read.errorText)")
        var types: Set<String> = []
        for record in records {
            let bytes = try FileSystem.read("\(opened)/\(record).json", limit: 1 << 20)
            types.insert(try #require(JSONValue(parsing: bytes)["resourceType"]?.stringValue))
        }
        #expect(types.isSuperset(of: ["Bundle", "Patient", "Observation"]))
    }

    @Test("a folder that a node has open is refused to a second one")
    func secondNode() throws {
        let demo = try start("first")
        let result = try ProcessRunner.run(
            [Program.path, "serve", folder.path + "/zone", "--port", "0"],
            environment: Program.environment())
        #expect(result.end != .exited(0))
        #expect(result.errorText.contains("kanglian: "))
        stop(demo)
    }
}
