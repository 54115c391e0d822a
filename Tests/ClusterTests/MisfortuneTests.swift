import Agent
import Base
import Cryptography
import FHIRModel
import Finality
import Ledger
import Node
import Storage
import Testing

@Suite("Validators that lose their memory or their mind", .serialized)
struct MisfortuneTests {
    @Test("A validator without its vote record follows, and votes again when it is released")
    func quarantine() throws {
        let cluster = try LocalCluster()
        defer { cluster.stopAll() }
        try cluster.startAll()
        try cluster.found()
        cluster.stop(2)
        try cluster.forgetVotes(of: 2)
        try cluster.start(2)
        let node = try cluster.node(2)
        try eventually("the validator is in quarantine") {
            if case .quarantined = node.clusterStatus?.participant.standing { true } else { false }
        }
        try eventually("the operator is told") {
            node.alarms.standing.contains { $0.refusal.code == "finality.quarantined" }
        }
        for round in 0..<4 {
            try cluster.submit([try cluster.write(by: round % 2)], to: round % 2)
        }
        try eventually("everything that it might have signed is final") {
            node.alarms.standing.contains { $0.refusal.code == "finality.releasable" }
        }
        let before = node.head.height
        for height in stride(from: before, through: before - 2, by: -1) {
            let block = try #require(try node.block(at: height))
            #expect(!block.certificate.hasSigned(cluster.index(of: 2)))
        }
        node.releaseQuarantine(force: false)
        try eventually("it votes") { node.clusterStatus?.participant.standing == .voting }
        cluster.mesh.cut(cluster.keys[0].publicKey, true)
        try cluster.submit([try cluster.write(by: 1)], to: 1)
        let top = try cluster.node(1).head.height
        try eventually("the block is here too") { node.head.height >= top }
        let last = try #require(try node.block(at: top))
        #expect(last.certificate.hasSigned(cluster.index(of: 2)))
        cluster.mesh.cut(cluster.keys[0].publicKey, false)
        try cluster.expectAgreement()
        #expect(node.alarms.standing.isEmpty)
    }

    @Test("A node whose contracts compute something else names the transaction and serves nothing")
    func divergence() throws {
        let cluster = try LocalCluster()
        defer { cluster.stopAll() }
        for index in 0..<3 { try cluster.start(index) }
        try cluster.start(3, executor: StrayExecutor(after: 12))
        try cluster.found()
        for round in 0..<12 {
            try cluster.submit(
                try (0..<3).map { _ in try cluster.write(by: round % 3) }, to: round % 3)
        }
        let stray = try cluster.node(3)
        try eventually("the stray node notices") {
            stray.alarms.standing.contains { $0.refusal.code == "finality.divergence-found" }
        }
        let found = try #require(
            stray.alarms.standing.first { $0.refusal.code == "finality.divergence-found" })
        #expect(found.refusal.english.contains("records.write"))
        #expect(stray.unavailability() == .unavailable("finality.diverged"))
        #expect(throws: ReadError.diverged) {
            try stray.desk.read(
                [.zero], of: cluster.operators[0].account, by: cluster.operators[0].account,
                purpose: .treatment)
        }
        try cluster.expectAgreement(among: 0..<3)
        let height = try cluster.node(0).head.height
        #expect(stray.head.height < height)
    }
}

/// Contracts that write one row more from some transaction on.
private struct StrayExecutor: Executor {
    let contracts: any Executor = Node.executor
    let after: UInt64

    init(after height: UInt64) { after = height }

    var contractSetDigest: Hash256 { contracts.contractSetDigest }

    func execute(
        _ transaction: SignedTransaction, block: BlockContext, state: StateOverlay
    ) throws(StorageError) -> Result<[Event], ExecutionFailure> {
        let result = try contracts.execute(transaction, block: block, state: state)
        if block.height >= after { state.put(Array("records/stray".utf8) + [0], [1]) }
        return result
    }
}
