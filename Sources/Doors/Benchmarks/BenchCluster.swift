import Agent
import Base
import ContractKit
import Cryptography
import FHIRModel
import Keys
import Ledger
import Membership
import Node
import Records
import Rehearsal
import Sandbox
import Storage
import Synchronization
import System

/// Nodes of several institutions in this process, each with its folder, links and engine client.
final class BenchCluster {
    private let zone: ClusterZone
    private let nodes: [Node]
    private let signers: [Signer]
    private let random: any RandomSource
    private let chain: Hash256

    init(folder: String, nodes count: Int, endpoints: [String], seed: UInt64) throws {
        random = SeededRandom(seed: seed)
        zone = ClusterZone(folder, random: random)
        var options = ClusterZone.Options()
        options.institutions = count
        options.sample.residents = 1
        options.engine = NodeFile.Engine(endpoints: endpoints)
        options.ports = LoopbackPorts.take(count)
        try zone.create(options, time: SystemClock.now)
        chain = try zone.trust().genesis.id
        signers = try ClusterZone.members(count).map { [zone] member in
            let store = try zone.open(member.file)
            defer { store.close() }
            guard let signer = store.identity.signer else {
                throw Refusal("bench.signer", "An institution cannot sign.", "机构无法签名。")
            }
            return signer
        }
        nodes = try (0..<count).map { [zone] index in
            var configuration = try zone.node(index).configuration()
            configuration.workerThreads = 0
            return try Node(
                configuration: configuration,
                storage: NodeFolder.openStorage(zone.node(index).path))
        }
    }

    func stop() { for node in nodes { node.shutdown() } }

    var height: UInt64 { nodes[0].head.height }

    /// Admits every institution, which publishes a key for its directory.
    func found() throws {
        let authority = try zone.open("authority")
        defer { authority.close() }
        guard let signer = authority.identity.signer else {
            throw Refusal("bench.signer", "The authority cannot sign.", "管理部门无法签名。")
        }
        for (index, member) in ClusterZone.members(nodes.count).enumerated() {
            guard let code = SocialCreditCode(completing: member.code) else {
                throw Refusal("bench.code", "The sample code is not valid.", "示例代码无效。")
            }
            let admit = MemberCalls.admit(
                signers[index].account, name: member.english, code: code.text,
                kind: member.kind, readingKey: try KeyAgreementKey(random: random).publicKey)
            let publish = Call(
                KeysContract.self, "publish",
                KeysContract.Publish(
                    domain: Domain.directory.rawValue, epoch: 1,
                    key: try KeyAgreementKey(random: random).publicKey))
            _ = try Submission(node: nodes[0], clients: 1).run([try sign([admit], by: signer)])
            _ = try Submission(node: nodes[0], clients: 1)
                .run([try sign([publish], by: signers[index])])
        }
    }

    private func sign(_ calls: [Call], by signer: Signer) throws -> [UInt8] {
        let body = TransactionBody(
            chain: chain, sender: signer.account,
            nonce: random.bytes(LedgerLimits.nonceByteCount),
            validUntil: height + LedgerLimits.validityHeights, calls: calls)
        return try SignedTransaction(signing: body, with: [(signer.account, signer.key)]).bytes
    }

    /// Signs writes of all institutions, one part for each node.
    private func writes(_ count: Int) throws
        -> (transactions: [[[UInt8]]], writes: [RecordsContract.Write])
    {
        var all: [RecordsContract.Write] = []
        let parts = try signers.map { signer in
            try (0..<count / signers.count).map { _ in
                let write = BenchCalls.write(owner: signer.account, random: random)
                all.append(write)
                return try sign([BenchCalls.call(write)], by: signer)
            }
        }
        return (parts, all)
    }

    /// Transactions a second from the first that is submitted until all are final everywhere.
    func round(_ count: Int) throws -> Int {
        let parts = try writes(count).transactions
        let start = SystemClock.monotonicNanoseconds
        let failure = Mutex<Refusal?>(nil)
        let threads = try zip(nodes, parts).map { node, part in
            try Thread("client") {
                do {
                    _ = try Submission(node: node, clients: 1).run(part)
                } catch {
                    failure.withLock { $0 = error as? Refusal }
                }
            }
        }
        for thread in threads { thread.join() }
        if let refusal = failure.withLock({ $0 }) { throw refusal }
        waitForAll()
        let elapsed = SystemClock.monotonicNanoseconds - start
        let total = parts.reduce(0) { $0 + $1.count }
        return Int(UInt64(total) * 1_000_000_000 / max(1, elapsed))
    }

    /// Waits until every node has the highest head.
    private func waitForAll() {
        let top = nodes.map(\.head.height).max() ?? 0
        while nodes.contains(where: { $0.head.height < top }) {
            SystemClock.sleep(untilMonotonic: SystemClock.monotonicNanoseconds + 1_000_000)
        }
    }

    /// Submits at a steady rate over all nodes and samples the time to finality at each.
    func pace(
        _ count: Int, perSecond: Int, into sample: LatencySample
    ) throws -> [RecordsContract.Write] {
        let (parts, writes) = try writes(count)
        let threads = try zip(nodes, parts).map { [nodes] node, part in
            try Thread("client") {
                try? Submission(node: node, clients: 1).pace(
                    part, perSecond: max(1, perSecond / nodes.count), into: sample)
            }
        }
        for thread in threads { thread.join() }
        waitForAll()
        return writes
    }

    /// Checks every write at every node and digests what the first one holds.
    func resultHash(_ writes: [RecordsContract.Write]) throws -> Hash256 {
        let hashes = try nodes.map { try BenchCalls.resultHash(writes, in: $0.state()) }
        guard Set(hashes).count == 1, let hash = hashes.first else {
            throw Refusal("bench.divergence", "The nodes differ.", "各节点状态不一致。")
        }
        return hash
    }
}
