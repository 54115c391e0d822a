import Base
import Encoding
import Ledger
import Node
import Rehearsal
import Synchronization
import System
import Testing

@Suite("A zone of processes under every fault in turn", .serialized)
struct FaultTourTests {
    /// Proxies around one node: cut together, it is alone.
    private final class Fence: Sendable {
        let proxies = Mutex<[CuttableProxy]>([])

        func proxy(to port: UInt16) -> UInt16? {
            guard let proxy = try? CuttableProxy(to: port) else { return nil }
            proxies.withLock { $0.append(proxy) }
            return proxy.port
        }

        func cut(_ isCut: Bool) {
            for proxy in proxies.withLock({ $0 }) { proxy.cut(isCut) }
        }

        deinit { for proxy in proxies.withLock({ $0 }) { proxy.close() } }
    }

    /// The node that lives behind the fence.
    private static let fenced = 3

    private static func options(_ fence: Fence) -> ClusterProcesses.Options {
        var options = ClusterProcesses.Options()
        options.adapt = { node, file in
            if node == Self.fenced {
                for index in file.peers.indices {
                    if let port = fence.proxy(to: file.peers[index].port) {
                        file.peers[index].port = port
                    }
                }
                let endpoints = file.engine?.endpoints ?? []
                file.engine?.endpoints = endpoints.map { endpoint in
                    let target = endpoint.split(separator: ":").last.flatMap { UInt16($0) }
                    guard let target, let port = fence.proxy(to: target) else { return endpoint }
                    return "http://127.0.0.1:\(port)"
                }
            } else {
                for index in file.peers.indices
                where file.peers[index].name.hasSuffix("\(Self.fenced + 1)") {
                    if let port = fence.proxy(to: file.peers[index].port) {
                        file.peers[index].port = port
                    }
                }
            }
        }
        return options
    }

    @Test(
        "Nothing acknowledged is lost and no two nodes differ, whatever is killed, cut or restored",
        .enabled(if: EtcdCluster.isInstalled, "etcd is missing: apt-get install etcd-server"))
    func everything() throws {
        let fence = Fence()
        let cluster = try ClusterProcesses(Self.options(fence))
        let etcd = try #require(cluster.etcd)
        try cluster.startAll()
        try cluster.found()
        let load = try SteadyLoad(cluster)
        // Clients hold the cluster: without this its processes would outlive a test that fails.
        defer { _ = load.stop() }
        try progress(load, "at the start")
        try etcd.saveSnapshot(to: cluster.folder + "/etcd.snapshot")
        try cluster.backUp(1, to: "old-backup")

        for index in 0..<4 {
            cluster.kill(index)
            try progress(load, "without node \(index + 1)")
            try cluster.start(index)
            try cluster.waitUntilReady(index)
        }
        for index in 0..<3 {
            etcd.kill(index)
            try progress(load, "without etcd member \(index + 1)")
            try etcd.start(index)
        }
        fence.cut(true)
        try progress(load, "with a node cut off")
        fence.cut(false)
        cluster.freeze(2)
        try progress(load, "with a node that hangs")
        cluster.thaw(2)
        etcd.kill(try #require(etcd.leader))
        try progress(load, "without etcd's leader")
        try etcd.startAll()

        etcd.stopAll()
        let dark = SystemClock.monotonicNanoseconds + 30_000_000_000
        while SystemClock.monotonicNanoseconds < dark {
            try progress(load, "without any etcd")
        }
        try etcd.restoreSnapshot(from: cluster.folder + "/etcd.snapshot")
        try etcd.startAll()
        try progress(load, "with etcd rewound")

        try cluster.restore(1, from: "old-backup")
        try cluster.start(1)
        #expect(try cluster.status(1)["standing"]?.stringValue == "quarantined")
        try progress(load, "with a validator restored from an old backup")
        try eventually("everything that it may have signed is final") {
            try cluster.alarms(1).contains("finality.releasable")
        }
        try cluster.release(1)
        try eventually("it votes again") {
            try cluster.status(1)["standing"]?.stringValue == "voting"
        }
        cluster.kill(0)
        try progress(load, "with the restored validator's vote")
        try cluster.start(0)
        let last = SystemClock.monotonicNanoseconds
        try progress(load, "after the last fault")
        let seconds = (SystemClock.monotonicNanoseconds - last) / 1_000_000_000

        let (acknowledged, failures) = load.stop()
        #expect(failures.isEmpty, "\(failures)")
        let height = try cluster.expectAgreement(atLeast: 1)
        for index in 0..<4 { try cluster.expectFinal(acknowledged, at: index) }
        #expect(seconds < 10, "progress came late after the last fault")
        Attachment.record(
            Array("\(acknowledged.count) acknowledged, height \(height), \(seconds) s".utf8),
            named: "fault-tour.txt")
    }

    /// Waits until clients have been told of more final transactions.
    private func progress(_ load: SteadyLoad, _ situation: String) throws {
        let before = load.count
        try eventually("progress \(situation)", within: 60) { load.count >= before + 24 }
    }
}
