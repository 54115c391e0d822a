import Encoding
import Node
import Sandbox
import System
import Testing

@Suite("Operating nodes of a zone", .serialized)
struct OperationTests {
    private func kanglian(_ words: [String]) throws -> ProcessRunner.Output {
        try ProcessRunner.run([Program.path] + words, environment: Program.environment())
    }

    @Test("A node restored from a backup does not vote until it is released")
    func release() throws {
        var options = ClusterProcesses.Options()
        options.etcd = 0
        let cluster = try ClusterProcesses(options)
        let folder = cluster.zone.node(3)
        let stopped = try kanglian(["validator", "release", folder.path])
        #expect(stopped.end == .exited(5) && stopped.errorText.contains("[node.stopped]"))
        try cluster.startAll()
        try cluster.found()
        let idle = try kanglian(["validator", "release", folder.path, "--output", "json"])
        #expect(idle.end == .exited(0))
        #expect(try JSONValue(parsing: idle.output)["standing"] == "voting")

        cluster.stop(3)
        try cluster.backUp(3, to: "backup")
        try cluster.start(3)
        try cluster.write(5, at: 3, seed: 1)
        try cluster.restore(3, from: "backup")
        try cluster.start(3)
        try eventually("the restored validator is in quarantine") {
            (try? cluster.status(3))?["standing"] == "quarantined"
        }
        #expect(try cluster.alarms(3).contains("finality.quarantined"))
        #expect(FileSystem.exists(folder.path + "/restored"))
        let wish = try kanglian(["validator", "release", folder.path])
        #expect(wish.end == .exited(0) || wish.errorText.contains("[finality.not-yet]"))
        try cluster.write(5, at: 0, seed: 2)
        try cluster.write(5, at: 1, seed: 3)
        try eventually("it votes by itself once that is harmless") {
            (try? cluster.status(3))?["standing"] == "voting"
        }
        #expect(!FileSystem.exists(folder.path + "/restored"))
        #expect(try cluster.alarms(3).isEmpty)
        try cluster.expectAgreement()
    }

    @Test("A node without a vote follows the chain and takes transactions for the others")
    func observer() throws {
        var options = ClusterProcesses.Options()
        (options.etcd, options.observers) = (0, 1)
        let cluster = try ClusterProcesses(options)
        try cluster.startAll()
        try cluster.found()
        try cluster.write(5, at: 4, seed: 1)
        try cluster.expectAgreement(atLeast: 1)
        let status = try cluster.status(4)
        #expect(status["standing"] == "follower" && status["ready"] == true)
        let own = status["validators"]?.elements.filter { $0["own"] == true } ?? []
        #expect(own.isEmpty)
        let seen = try cluster.status(0)
        #expect(seen["others"]?.elements.count == 1)
        #expect(seen["others"]?[0]?["connected"] == true)
        let release = try kanglian(["validator", "release", cluster.zone.node(4).path])
        #expect(release.end == .exited(1) && release.errorText.contains("[finality.follower]"))
    }

    @Test("A look into a node's folder neither meets others nor loses the vote")
    func doctor() throws {
        var options = ClusterProcesses.Options()
        options.etcd = 0
        let cluster = try ClusterProcesses(options)
        try cluster.startAll()
        try cluster.found()
        let busy = try kanglian(["doctor", cluster.zone.node(2).path])
        #expect(busy.end == .exited(5))
        cluster.stop(2)
        let looked = try kanglian(["doctor", cluster.zone.node(2).path])
        #expect(looked.end == .exited(0), "\(looked.text)")
        try cluster.start(2)
        try eventually("it votes again") { (try? cluster.status(2))?["standing"] == "voting" }
    }
}
