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
}
