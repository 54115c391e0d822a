import Agent
import Base
import Cryptography
import FHIRModel
import Ledger
import Membership
import Node
import Sandbox
import Storage
import System

/// A zone of one authority and one hospital on a node of its own, in a temporary folder.
final class RoundTripZone {
    private static let hospitalCode = "12330000MA0000001"

    /// Where everything of the zone is, until it is closed.
    let folder: String
    private let node: Node
    private let hospital: AgentStore
    private let account: AccountID
    private let port: WritingPort
    private let pool = WorkerPool(threads: 1)
    private let random = SystemRandom()
    private var isClosed = false

    /// Makes the zone; throws why the machine does not allow it.
    init() throws(Refusal) {
        folder = try Self.worded { try FileSystem.makeTemporaryFolder("kanglian-roundtrip") }
        do throws(Refusal) {
            let random = random
            let (node, hospital, account) = try Self.worded { [folder] in
                try Self.found(folder, random)
            }
            (self.node, self.hospital, self.account) = (node, hospital, account)
            port = WritingPort(NodePort(node: node, account: account))
        } catch {
            try? FileSystem.removeTree(folder)
            pool.close()
            throw error
        }
    }

    deinit { close() }

    /// Stops the node and removes its folder.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        node.shutdown()
        pool.close()
        try? FileSystem.removeTree(folder)
    }

    /// Imports a file; returns the records that are final on the chain.
    ///
    /// Ids of different files may mean different patients: a file whose patients contradict those
    /// before it, and a file that came before, are imported as from a system of their own.
    func importFile(
        _ bytes: [UInt8], name: String, progress: (ImportProgress) -> Void
    ) throws(ImportFailure) -> [WritingPort.Written] {
        _ = port.takeWritten()
        do throws(ImportFailure) {
            if try !run(bytes, name, source: "", progress).wasImportedBefore {
                return port.takeWritten()
            }
        } catch {
            guard case .patientAmbiguous = error else { throw error }
        }
        _ = try run(bytes, name, source: name, progress)
        return port.takeWritten()
    }

    private func run(
        _ bytes: [UInt8], _ name: String, source: String, _ progress: (ImportProgress) -> Void
    ) throws(ImportFailure) -> ImportReport {
        var options = ImportOptions()
        options.enrolsHosted = true
        options.archives = true
        options.source = source
        let pipeline = try ImportPipeline(
            store: hospital, port: port, chain: node.configuration.genesis.id, suite: .aes256GCM,
            options: options, pool: pool, random: random)
        return try pipeline.run(bytes, name: name, time: SystemClock.now, progress: progress)
    }

    /// Reads records back as their owners, through the node, and opens them.
    func read(_ written: [WritingPort.Written]) throws(PortError) -> [ReadOutcome] {
        var owners: [AccountID] = []
        var records: [AccountID: [Hash256]] = [:]
        for item in written {
            if records[item.owner] == nil { owners.append(item.owner) }
            records[item.owner, default: []].append(item.record)
        }
        var outcomes: [ReadOutcome] = []
        for owner in owners {
            let reader = RecordReader(store: hospital, port: NodePort(node: node, account: owner))
            outcomes += try reader.read(
                records[owner] ?? [], of: owner, purpose: .residentRequest)
        }
        return outcomes
    }

    // MARK: Founding

    private static func found(
        _ folder: String, _ random: SystemRandom
    ) throws -> (Node, AgentStore, AccountID) {
        let authority = try Identity(.authority, label: "authority", random: random)
        let hospital = try Identity(.institution, label: "hospital", random: random)
        guard let regulator = authority.signer, let owner = hospital.owner,
            let reading = hospital.reading, let operatorKey = hospital.signing,
            let code = SocialCreditCode(completing: hospitalCode)
        else { preconditionFailure("authorities and institutions have keys") }
        let validator = try SigningKey(suite: .ed25519, random: random)
        let member = Validator(account: owner.account, key: validator.publicKey, weight: 1)
        guard let set = ValidatorSet([member]) else {
            preconditionFailure("one validator is a set")
        }
        let genesis = Genesis(
            zone: "33", chain: "main", hashSuite: .sha256, time: SystemClock.now,
            authority: regulator.account, validators: set)
        let nodeFolder = NodeFolder(folder + "/node")
        try nodeFolder.create(
            genesis: genesis, validator: NodeKeyFile(account: owner.account, key: validator),
            operatorKey: NodeKeyFile(account: owner.account, key: operatorKey))
        let node = try Node(
            configuration: nodeFolder.configuration(),
            storage: NodeFolder.openStorage(nodeFolder.path))
        do {
            let calls = [
                MemberCalls.found(name: "Conformance"),
                MemberCalls.admit(
                    owner.account, name: "Conformance", code: code.text, kind: .hospital,
                    readingKey: reading.publicKey),
            ]
            let founding = try TransactionBuilder(chain: genesis.id, random: random)
                .sign(calls, by: regulator, head: node.head.height)
            let verdicts = try NodePort(node: node, account: regulator.account).submit([founding])
            if let refusal = verdicts.lazy.compactMap(\.refusal).first { throw refusal }
            try OwnerDesk(
                owner: owner, port: NodePort(node: node, account: owner.account),
                chain: genesis.id, suite: .aes256GCM, random: random
            ).publishMissing()
        } catch {
            node.shutdown()
            throw error
        }
        return (node, AgentStore(inMemory: hospital), owner.account)
    }

    private static func worded<Value>(_ body: () throws -> Value) throws(Refusal) -> Value {
        do {
            return try body()
        } catch let error as Refusal {
            throw error
        } catch let error as SystemError {
            throw error.refusal
        } catch let error as NodeError {
            throw error.refusal
        } catch let error as PortError {
            throw error.refusal
        } catch let error as DeskError {
            throw error.refusal
        } catch {
            throw Refusal(
                "conformance.zone",
                "The temporary zone cannot be made (\(error)). Check TMPDIR and the disk.",
                "无法建立临时区（\(error)）。请检查 TMPDIR 与磁盘。")
        }
    }
}
