import Agent
import Audit
import Base
import Encoding
import FHIRModel
import Ledger
import Node
import Records
import Sandbox
import Storage
import System
import Testing

/// `kill -9` at random moments of a load, thirty times, on the real program and a real disk.
@Suite(.serialized)
struct KillTests {
    /// What clients were told, and what they had sent: the chain must agree with it.
    private struct Told: Sendable {
        var final: [(write: TestHospital.Write, height: UInt64)] = []
        var sent: [TestHospital.Write] = []
        /// Records of reads that were answered; each record is read once only.
        var read: [Hash256] = []
        var asked: [Hash256] = []
    }

    private static let rounds = 30
    private static let batch = 64
    private static let readableRecords = 1500

    private let folder: TemporaryFolder
    private let seed: UInt64 = 20_261_121
    private let hospital: TestHospital
    private let nodePath: String
    private let trust: TrustFile

    init() throws {
        folder = try TemporaryFolder()
        hospital = try TestHospital(seed: seed)
        nodePath = folder.path + "/node"
        trust = TrustFile(genesis: hospital.genesis)
    }

    @Test(.timeLimit(.minutes(5)))
    func `what was told final survives thirty kills`() throws {
        var readable = try prepare()[...]
        let told = ConditionMutex(Told())
        var random = SplitMix64(seed: seed)
        for round in 0..<Self.rounds {
            let node = try NodeProcess(
                serving: nodePath, log: folder.path + "/log", number: round)
            let port = HTTPPort(url: node.url, signer: hospital.signer)
            let before = told.withLock { $0 }
            try check(before, through: port, round: round)
            let writes = try hospital.writes(20 * Self.batch, head: try port.chain().height)
            let reads = Array(readable.prefix(50))
            readable = readable.dropFirst(50)
            let threads = try [
                Thread("writer") { Self.write(writes, through: port, told: told) },
                Thread("reader") { read(reads.prefix(25), at: node.url, told: told) },
                Thread("reader") { read(reads.suffix(25), at: node.url, told: told) },
            ]
            let pause = UInt64.random(in: 20...400, using: &random) * 1_000_000
            SystemClock.sleep(untilMonotonic: SystemClock.monotonicNanoseconds + pause)
            node.kill()
            for thread in threads { thread.join() }
        }
        let all = told.withLock { $0 }
        #expect(all.final.count > Self.batch && all.read.count > Self.rounds, "seed \(seed)")
        try checkFolder(all)
        let doctor = try ProcessRunner.run([NodeProcess.program, "doctor", nodePath])
        #expect(doctor.end.isSuccess, "seed \(seed): \(doctor.text)")
        #expect(doctor.text.contains("height"))
    }

    /// Founds the zone and writes the records that will be read.
    private func prepare() throws -> [Hash256] {
        let node = try Node(
            configuration: hospital.makeFolder(nodePath).configuration(),
            storage: NodeFolder.openStorage(nodePath))
        defer { node.shutdown() }
        for transaction in try hospital.founding() {
            #expect(try hospital.submit([transaction], to: node).compactMap(\.refusal).isEmpty)
        }
        let samples = (0..<Self.readableRecords).map { _ in
            TestHospital.Sample(hospital.random)
        }
        _ = try node.vault.put(samples.map(\.body) + samples.map(\.envelope))
        let writes = try samples.map { try hospital.write($0, head: node.head.height) }
        let verdicts = try hospital.submit(writes.map(\.transaction), to: node)
        #expect(verdicts.compactMap(\.refusal).isEmpty)
        return samples.map(\.record)
    }

    // MARK: Load

    private static func write(
        _ writes: [TestHospital.Write], through port: HTTPPort, told: ConditionMutex<Told>
    ) {
        for start in stride(from: 0, to: writes.count, by: batch) {
            let part = writes[start..<start + batch]
            told.withLock { $0.sent += part }
            guard let verdicts = try? port.submit(part.map(\.transaction)) else { return }
            told.withLock { told in
                for (write, verdict) in zip(part, verdicts) {
                    if case .final(let height, _, nil) = verdict.outcome {
                        told.final.append((write, height))
                    }
                }
            }
        }
    }

    private func read(_ records: ArraySlice<Hash256>, at url: String, told: ConditionMutex<Told>) {
        let port = HTTPPort(url: url, signer: hospital.signer)
        for record in records {
            told.withLock { $0.asked.append(record) }
            guard
                let served = try? port.read([record], of: hospital.account, purpose: .treatment),
                served.first?.content != nil
            else { return }
            told.withLock { $0.read.append(record) }
        }
    }

    // MARK: Checks

    /// Asks the restarted program about what it told before it was killed.
    private func check(_ told: Told, through port: HTTPPort, round: Int) throws {
        for (write, height) in told.final.suffix(Self.batch) {
            let status = try port.json("/v1/transactions/\(write.id)")
            #expect(status["status"]?.stringValue == "final", "round \(round), seed \(seed)")
            #expect(status["height"] == .integer(height), "round \(round), seed \(seed)")
        }
        guard let (write, height) = told.final.last else { return }
        let key = Hex.encode(RecordQueries.itemStateKey(write.record, of: hospital.account))
        let receipt = try VerifiedReceipt(
            decoding: port.get("/v1/receipts/\(write.id)?state=\(key)"), trust: trust)
        #expect(receipt.transaction.id == write.id && receipt.entry.outcome.failure == nil)
        #expect(receipt.receipt.header.height >= height)
        #expect(receipt.receipt.state.first?.value != nil, "round \(round), seed \(seed)")
    }

    /// Opens what thirty kills left and compares every transaction and read.
    private func checkFolder(_ told: Told) throws {
        let node = try Node(
            configuration: NodeFolder(nodePath).configuration(),
            storage: NodeFolder.openStorage(nodePath))
        defer { node.shutdown() }
        try eventually("reads of before the crash reach the chain") { node.openAudits == 0 }
        let state = try node.state()
        for (write, height) in told.final {
            #expect(try node.place(of: write.id)?.height == height, "seed \(seed)")
        }
        for write in told.sent {
            let isOnChain = try node.place(of: write.id) != nil
            let item = try RecordQueries.item(write.record, of: hospital.account, in: state)
            let version = try RecordQueries.version(1, of: write.record, in: state)
            #expect((item != nil) == isOnChain && (version != nil) == isOnChain, "seed \(seed)")
            #expect(version.map { $0.transaction == write.id } ?? true)
        }
        let audited = try AuditQueries.list(of: hospital.account, limit: 100_000, in: state)
            .flatMap(\.row.read.records)
        #expect(Set(audited).count == audited.count, "a read was recorded twice, seed \(seed)")
        #expect(Set(told.read).isSubset(of: audited), "an answered read is lost, seed \(seed)")
        #expect(Set(audited).isSubset(of: told.asked), "seed \(seed)")
    }
}
