import Simulator
import System
import Testing

/// The scenarios of `Tests/Scenarios`: one or more for each rule of finality.
@Suite("Scenarios")
struct ScenarioTests {
    static let folder =
        "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/Scenarios"

    static let files = ((try? FileSystem.list(folder)) ?? []).filter { $0.hasSuffix(".txt") }

    @Test("A scenario comes out as written", arguments: files)
    func runs(file: String) throws {
        let text = try String(
            decoding: FileSystem.read("\(Self.folder)/\(file)", limit: 1 << 16), as: UTF8.self)
        try Scenario(text).run()
    }

    @Test("Every rule that a zone can show has a scenario")
    func rules() {
        let numbers = (1...12).map { $0 } + [14, 16, 18, 19, 20]
        for number in numbers {
            let name = number < 10 ? "R0\(number)-" : "R\(number)-"
            #expect(Self.files.contains { $0.hasPrefix(name) }, "\(name) is missing")
        }
    }

    @Test(
        "A line that is not understood is refused with its number",
        arguments: [
            "nodes 9", "nodes", "nodes four", "nodes 4\nsubmit 5 a",
            "nodes 4\nsubmit 0 a", "nodes 4\nsubmit 1", "nodes 4\nsubmit 1 a b", "nodes 4\ncrash 1",
            "nodes 4\ncrash 1 softly", "nodes 4\nengine sing", "nodes 4\nexpect",
            "nodes 4\nexpect luck", "nodes 4\nexpect height 1 > 2", "nodes 4\nrun 1\nnodes 5",
            "nodes 4\nvalidators emergency 1 1", "nodes 4\ndishonest 1 kind", "delay 5 1",
            "weights 0 1", "nodes 4\nlose hope", "nodes 4\nrun 99999999999999999999",
        ])
    func refuses(text: String) {
        let error = #expect(throws: ScenarioError.self) { try Scenario(text) }
        #expect(error?.line == text.split(separator: "\n").count)
    }

    @Test(
        "What does not come out as expected fails at its line",
        arguments: [
            "nodes 4\nsubmit 1 a\nexpect final a", "nodes 4\nexpect final b",
            "nodes 4\nsubmit 1 a\nwait 5000 final a\nexpect open a",
            "nodes 4\nexpect standing 1 follower", "nodes 4\nexpect alarm 1 quarantined",
            "nodes 4\nexpect height 1 >= 1", "nodes 4\nexpect epoch 1 = 1",
            "nodes 4\nexpect decided 1 view = 0", "nodes 4\ncrash 1 power\nexpect view 1 >= 0",
        ])
    func fails(text: String) throws {
        let scenario = try Scenario(text)
        let error = #expect(throws: ScenarioError.self) { try scenario.run() }
        #expect(error?.line == text.split(separator: "\n").count)
    }
}
