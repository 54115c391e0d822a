import Cryptography
import Rehearsal
import System
import Testing

@Suite("Validators in processes of their own", .serialized)
struct ProcessTests {
    @Test("Keys of three suites, without an engine: founded over HTTP, killed, back again")
    func noEngine() throws {
        var options = ClusterProcesses.Options()
        options.etcd = 0
        options.signatures = [.ed25519, .p256, .sm2]
        let cluster = try ClusterProcesses(options)
        try cluster.startAll()
        try cluster.found()
        let height = try cluster.expectAgreement(atLeast: 1)
        cluster.kill(2)
        let written = try cluster.write(20, at: 1, seed: 1)
        try cluster.start(2)
        try cluster.waitUntilReady(2)
        try cluster.expectAgreement(atLeast: height + 1)
        for index in 0..<options.nodes { #expect(cluster.stop(index) == .exited(0)) }
        try cluster.startAll()
        try cluster.expectAgreement(atLeast: height + 1)
        for index in 0..<options.nodes { try cluster.expectFinal(written, at: index) }
    }

    @Test(
        "etcd orders; its leader, then all of it, may die",
        .enabled(if: EtcdCluster.isInstalled, "etcd is missing: apt-get install etcd-server"))
    func withEtcd() throws {
        let cluster = try ClusterProcesses()
        let etcd = try #require(cluster.etcd)
        try cluster.startAll()
        try cluster.found()
        var written = try cluster.write(20, at: 0, seed: 1)
        etcd.kill(try #require(etcd.leader))
        written += try cluster.write(20, at: 1, seed: 2)
        etcd.stopAll()
        cluster.kill(0)
        written += try cluster.write(20, at: 2, seed: 3)
        try etcd.startAll()
        try cluster.start(0)
        try cluster.waitUntilReady(0)
        written += try cluster.write(20, at: 0, seed: 4)
        try cluster.expectAgreement()
        for index in 0..<cluster.options.nodes { try cluster.expectFinal(written, at: index) }
    }
}
