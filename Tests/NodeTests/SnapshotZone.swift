import Agent
import Base
import ContractKit
import Cryptography
import Ledger
import Node
import Records
import Storage
import System
import Testing

/// A hospital's node in a folder of the machine, with blocks, bodies and an erased record.
final class SnapshotZone {
    let temporary: TemporaryFolder
    let hospital: TestHospital
    let folder: NodeFolder
    private(set) var samples: [TestHospital.Sample] = []
    private(set) var transactions: [SignedTransaction] = []

    var trust: TrustFile { TrustFile(genesis: hospital.genesis) }

    /// Makes the folder; `retention` is the text of a policy.
    init(seed: UInt64, retention: String? = nil) throws {
        temporary = try TemporaryFolder()
        hospital = try TestHospital(seed: seed)
        folder = try hospital.makeFolder(temporary.path + "/node")
        if let retention {
            try FileSystem.writeAtomically(folder.retentionFile, Array(retention.utf8))
        }
    }

    func path(_ name: String) -> String { "\(temporary.path)/\(name)" }

    /// Opens the node of a folder, of this zone's own by default.
    func open(
        _ other: NodeFolder? = nil, clock: @escaping @Sendable () -> Timestamp = { SystemClock.now }
    ) throws -> Node {
        let folder = other ?? folder
        return try Node(
            configuration: folder.configuration(),
            storage: NodeFolder.openStorage(folder.path), clock: clock)
    }

    /// The founding transactions, then as many blocks of one record each.
    func fill(_ node: Node, blocks: Int) throws {
        if transactions.isEmpty {
            for transaction in try hospital.founding() { try submit(transaction, node) }
        }
        for _ in 0..<blocks {
            let sample = TestHospital.Sample(hospital.random)
            _ = try node.vault.put([sample.body, sample.envelope])
            samples.append(sample)
            try submit(hospital.write(sample, head: node.head.height).transaction, node)
        }
    }

    /// Erases a record and waits until its body is gone.
    func erase(_ sample: TestHospital.Sample, _ node: Node) throws {
        let call = Call(
            RecordsContract.self, "erase",
            RecordsContract.Erase(
                owner: hospital.account, record: sample.record,
                reason: try #require(ReasonCode("owner-request"))))
        try submit(hospital.sign([call], head: node.head.height), node)
        let address = BlobAddress(HashSuite.sha256.hash(sample.body))
        try eventually("the body is gone") { try !node.vault.contains(address) }
    }

    func submit(_ transaction: SignedTransaction, _ node: Node) throws {
        let verdicts = try hospital.submit([transaction], to: node)
        #expect(verdicts.allSatisfy { $0.refusal == nil })
        transactions.append(transaction)
    }

    /// The keys that the zone's node has, for another folder.
    func keys() throws -> (validator: NodeKeyFile, operatorKey: NodeKeyFile) {
        (
            try NodeKeyFile.read(folder.path + "/validator.key"),
            try NodeKeyFile.read(folder.path + "/operator.key")
        )
    }

    /// Makes a new node's folder from a snapshot.
    func join(
        _ name: String, _ source: any SnapshotSource,
        passed: @escaping (NodeJoin.Step) throws(SnapshotError) -> Void = {
            (_) throws(SnapshotError) in
        },
        later: NodeJoin.LaterBlocks = { (_) throws(SnapshotError) in [] }
    ) throws -> (folder: NodeFolder, outcome: NodeJoin.Outcome) {
        let target = NodeFolder(path(name))
        let join = NodeJoin(target: target, trust: trust, passed: passed)
        return (target, try join.run(source, keys: try keys(), later: later))
    }
}
