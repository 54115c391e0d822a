import Base
import ContractKit
import Cryptography
import Encoding
import Ledger
import Merkle
import Node
import Storage
import StorageFiles
import StorageRocksDB
import System
import Testing

/// Figures for `docs`, shown and never asserted: `KANGLIAN_MEASURE=1 scripts/test --filter …`.
@Suite(
    "Measurements of joining", .serialized,
    .enabled(if: Environment.value("KANGLIAN_MEASURE") == "1", "set KANGLIAN_MEASURE=1 to measure"))
struct SnapshotMeasurements {
    /// State rows of records: a key of 80 bytes and a value of 200.
    private static func row(_ number: UInt64, _ random: inout SplitMix64) -> SnapshotRow {
        let key =
            Array("records/versions\0".utf8)
            + HashSuite.sha256.hash(KeyBytes.of(number)).bytes + KeyBytes.of(1)
        return SnapshotRow(
            key: key, value: (0..<200).map { _ in UInt8.random(in: 0...255, using: &random) })
    }

    private enum KeyBytes {
        static func of(_ number: UInt64) -> [UInt8] {
            withUnsafeBytes(of: number.bigEndian) { Array($0) }
        }
    }

    /// A snapshot of rows that no contract wrote, certified by the hospital's validator.
    private static func makeSnapshot(
        _ count: Int, _ zone: SnapshotZone, to path: String
    ) throws -> Head {
        let suite = HashSuite.sha256
        var random = SplitMix64(seed: 7)
        var rows = (0..<UInt64(count)).map { row($0, &random) }
        rows.sort { ByteOrder.precedes($0.key, $1.key) }
        var chunks: [SnapshotChunkBuilder.Chunk] = []
        var builder = SnapshotChunkBuilder(kind: .state, suite: suite)
        for row in rows { if let chunk = builder.add(row) { chunks.append(chunk) } }
        if let chunk = builder.finish() { chunks.append(chunk) }
        var leaves = rows.map {
            (key: StateKeys.treeKey($0.key, suite), valueHash: StateKeys.valueHash($0.value, suite))
        }
        leaves.sort { $0.key < $1.key }
        let root = try StateTree.build(suite: suite, from: leaves).root
        let genesis = zone.hospital.genesis
        let header = Header(
            zone: genesis.zone, chain: genesis.id, epoch: 0, height: 1000, parent: .zero,
            logSize: 0, logRoot: CompactRange(suite: suite).root, stateRoot: root,
            time: Timestamp(milliseconds: 1_800_000_000_000),
            position: OrderingPosition(stream: 0, first: 1000, last: 1000),
            validators: genesis.validators.digest, nextValidators: genesis.validators.digest,
            contracts: Node.executor.contractSetDigest)
        let vote = Vote(
            chain: header.chain, epoch: 0, validators: header.validators, height: header.height,
            view: 0, phase: .commit, header: header.digest(suite))
        let certificate = Certificate(
            header: header.digest(suite), view: 0,
            signatures: [(0, try zone.keys().validator.key.sign(vote.message))], of: 1)
        let manifest = SnapshotManifest(
            chain: genesis.id, logBefore: CompactRange(suite: suite),
            block: StoredBlock(header: header, certificate: certificate, entries: []), tiles: [],
            erasedThrough: 0, chunks: chunks.map(\.entry))
        let bytes = manifest.encoded
        let file = try File(path, .create)
        try file.write(SnapshotFile.magic + KeyBytes.of(UInt64(bytes.count)).suffix(4) + bytes)
        for chunk in chunks { try file.write(chunk.bytes) }
        return Head(
            height: 1000, digest: header.digest(suite), time: header.time,
            log: CompactRange(suite: suite), stateRoot: root, position: header.position, epoch: 0,
            validators: genesis.validators)
    }

    private static func seconds(since start: UInt64) -> String {
        let milliseconds = (SystemClock.monotonicNanoseconds - start) / 1_000_000
        return "\(milliseconds / 1000).\(String(1000 + milliseconds % 1000).dropFirst()) s"
    }

    @Test("A snapshot of many rows becomes a node that serves", arguments: [100_000, 1_000_000])
    func join(count: Int) throws {
        let zone = try SnapshotZone(seed: 91)
        let path = zone.path("large.snapshot")
        let head = try Self.makeSnapshot(count, zone, to: path)
        var report = ["\(count) rows, \(try FileSystem.byteCount(path)) bytes"]
        let start = SystemClock.monotonicNanoseconds
        var last = start
        let (folder, outcome) = try zone.join(
            "large", try SnapshotFile(path),
            passed: { (step) throws(SnapshotError) in
                report.append("\(step): \(Self.seconds(since: last))")
                last = SystemClock.monotonicNanoseconds
            })
        #expect(outcome.head == head && outcome.rows == UInt64(count))
        report.append("joined: \(Self.seconds(since: start))")
        last = SystemClock.monotonicNanoseconds
        let node = try zone.open(folder)
        report.append("node opened: \(Self.seconds(since: last))")
        report.append("all: \(Self.seconds(since: start))")
        #expect(node.head == head)
        last = SystemClock.monotonicNanoseconds
        let manifest = try node.makeSnapshot()
        report.append("its own snapshot written: \(Self.seconds(since: last))")
        #expect(manifest.count(.state) == UInt64(count))
        node.shutdown()
        print(report.joined(separator: "\n  "))
    }
}
