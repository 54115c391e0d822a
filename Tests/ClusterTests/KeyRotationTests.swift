import Agent
import Base
import ContractKit
import Cryptography
import Governance
import Ledger
import Node
import Testing

@Suite("A validator's key is replaced", .serialized)
struct KeyRotationTests {
    private let cluster: LocalCluster
    private let next: SigningKey

    init() throws {
        cluster = try LocalCluster(seed: 7)
        next = try SigningKey(suite: .sm2, random: cluster.random)
        cluster.nextKeys = [3: next]
    }

    private func send(_ call: Call, by index: Int) throws {
        let head = try cluster.node(index).head.height
        try cluster.submit(
            [try cluster.sign([call], by: cluster.operators[index], head: head)], to: index)
    }

    /// Everybody says that it is ready for the change that waits.
    private func confirm() throws {
        let change = try #require(try GovernanceQueries.waiting(in: cluster.node(3).state()))
        for index in cluster.keys.indices {
            let statement = ReadyStatement(
                chain: cluster.genesis.id, change: change,
                account: cluster.operators[index].account)
            let key = index == 3 ? next : cluster.keys[index]
            try send(try GovernanceCalls.ready(statement, key: key), by: index)
        }
    }

    @Test("Its node goes on with the new key from the epoch on that names it, without a restart")
    func rotation() throws {
        defer { cluster.stopAll() }
        try cluster.startAll()
        try cluster.found()
        try send(GovernanceCalls.rotate(to: next.publicKey), by: 3)
        try confirm()
        while try cluster.node(0).head.epoch == 0 {
            let head = try cluster.node(1).head.height
            try cluster.submit([try cluster.write(by: 1, head: head)], to: 1)
        }
        let keys = try cluster.node(0).head.validators.validators.map(\.key)
        #expect(keys.contains(next.publicKey) && !keys.contains(cluster.keys[3].publicKey))
        // Three of four must sign: without the first one, the one with the new key is needed.
        cluster.stop(0)
        let head = try cluster.node(3).head.height
        try cluster.submit([try cluster.write(by: 3, head: head)], to: 3)
        try cluster.expectAgreement()
    }
}
