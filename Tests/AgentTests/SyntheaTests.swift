@testable import Agent
import Base
import Cryptography
import Encoding
import FHIRModel
import Ledger
@preconcurrency import Glibc
import System
import Testing

/// Files of the shared data folder, which may be absent: `KANGLIAN_DATA`, else `../shared/data`.
private enum SyntheaFiles {
    static let folder: String? = {
        let given = getenv("KANGLIAN_DATA").map { String(cString: $0) }
        let tests = FileSystem.folder(of: #filePath)
        let package = FileSystem.folder(of: FileSystem.folder(of: tests))
        let folder = (given ?? package + "/../shared/data") + "/synthea"
        return FileSystem.isFolder(folder) ? folder : nil
    }()

    static func names() throws -> [String] {
        guard let folder else { return [] }
        return try FileSystem.list(folder).filter { $0.hasSuffix(".json.bz2") }.sorted()
    }
}

@Suite(.enabled(if: SyntheaFiles.folder != nil, "the shared data folder is absent"))
struct SyntheaTests {
    @Test("Synthea's patients go in and come back byte for byte")
    func bundles() throws {
        let folder = try #require(SyntheaFiles.folder)
        let zone = try TestZone(seed: 41)
        var owners: Set<AccountID> = []
        for name in try SyntheaFiles.names().prefix(4) {
            let packed = try FileSystem.read("\(folder)/\(name)", limit: 1 << 26)
            let report = try zone.pipeline {
                $0.batchCount = 256
                $0.callsPerTransaction = 16
            }.run(packed, name: name, time: Timestamp(milliseconds: 1))
            let owner = try #require(report.owners.first)
            #expect(report.owners.count == 1 && owners.insert(owner).inserted, "\(name)")
            let reader = RecordReader(store: zone.hospital, port: zone.ledger.port(for: owner))
            let outcomes = try reader.readAll(of: owner, purpose: .residentRequest)
            let opened = outcomes.compactMap(\.opened)
            #expect(opened.count == outcomes.count && opened.count == report.progress.records)
            let original = try Bzip2.decompress(packed, limit: 1 << 28)
            #expect(Reassembly.documents(in: opened).map(\.bytes) == [original], "\(name)")
        }
    }

    @Test("TIME") func time() throws {
        let folder = try #require(SyntheaFiles.folder)
        let random = SystemRandom()
        let owner = try KeyAgreementKey(random: random), writer = try KeyAgreementKey(random: random)
        var payloads: [RecordPayload] = []
        var bytes = 0
        for name in try SyntheaFiles.names().prefix(12) {
            let b = try Bzip2.decompress(try FileSystem.read("\(folder)/\(name)", limit: 1 << 26), limit: 1 << 28)
            let start = SystemClock.monotonicNanoseconds
            let unit = try BundleSplitter.split(b)
            payloads += unit.entries.map { RecordPayload(kind: .resource, content: unit.resourceBytes($0)) }
            bytes += b.count
            _ = start
        }
        let sealer = RecordSealer(suite: .aes256GCM, writerKey: writer, random: random)
        let pool = WorkerPool(threads: 1)
        let start = SystemClock.monotonicNanoseconds
        let sealed = pool.map(Array(payloads.enumerated()), chunk: 8) { i, p in
            try? sealer.seal(p, at: RecordPlace(owner: AccountID(.zero), domain: .medical, epoch: 1, record: random.hash256()), to: owner.publicKey)
        }
        let end = SystemClock.monotonicNanoseconds
        let sizes = sealed.compactMap { $0 }.reduce(0) { $0 + $1.body.count + $1.envelope.count }
        print("SEAL \(payloads.count) records \(bytes) bytes -> \(sizes) in \((end - start) / 1_000_000) ms")
        let zone = try TestZone(seed: 42)
        for name in try SyntheaFiles.names().prefix(3) {
            let packed = try FileSystem.read("\(folder)/\(name)", limit: 1 << 26)
            let s = SystemClock.monotonicNanoseconds
            let report = try zone.pipeline {
                $0.batchCount = 256
                $0.callsPerTransaction = 16
            }.run(packed, name: name, time: Timestamp(milliseconds: 1))
            print("IMPORT \(report.progress.records) in \((SystemClock.monotonicNanoseconds - s) / 1_000_000) ms, \(zone.ledger.requestCount) requests")
        }
    }
}
