import Base
import Cryptography
import Ledger
import Node
import Testing

@Suite("Validators in one process", .serialized)
struct LocalClusterTests {
    @Test("Four validators make the same blocks from transactions given to each of them")
    func normalPath() throws {
        let cluster = try LocalCluster()
        defer { cluster.stopAll() }
        try cluster.startAll()
        try cluster.found()
        var pending: [Results] = []
        for round in 0..<10 {
            let writes = try (0..<20).map { _ in try cluster.write(by: round % 4) }
            pending.append(cluster.results(of: writes, at: try cluster.node(round % 4)))
        }
        for results in pending {
            let all = results.wait()
            #expect(all.count == 20)
            for result in all {
                guard case .final(_, failure: nil) = result else {
                    Issue.record("\(result)")
                    continue
                }
            }
        }
        try cluster.expectAgreement()
    }

    @Test("Validators with keys of three suites certify together, without an engine")
    func noEngine() throws {
        let cluster = try LocalCluster(suites: [.ed25519, .p256, .sm2], hasEngine: false)
        defer { cluster.stopAll() }
        try cluster.startAll()
        try cluster.found()
        try cluster.submit(try (0..<30).map { _ in try cluster.write(by: 2) }, to: 2)
        try cluster.expectAgreement()
    }

    @Test("A validator that was cut off catches up and votes again")
    func cutOff() throws {
        let cluster = try LocalCluster()
        defer { cluster.stopAll() }
        try cluster.startAll()
        try cluster.found()
        cluster.mesh.cut(cluster.keys[3].publicKey, true)
        try cluster.submit(try (0..<50).map { _ in try cluster.write(by: 1) }, to: 1)
        let height = try cluster.node(1).head.height
        #expect(try cluster.node(3).head.height < height)
        cluster.mesh.cut(cluster.keys[3].publicKey, false)
        try cluster.expectAgreement(atLeast: height)
        cluster.mesh.cut(cluster.keys[0].publicKey, true)
        try cluster.submit(try (0..<5).map { _ in try cluster.write(by: 3) }, to: 3)
        cluster.mesh.cut(cluster.keys[0].publicKey, false)
        try cluster.expectAgreement()
    }
}
