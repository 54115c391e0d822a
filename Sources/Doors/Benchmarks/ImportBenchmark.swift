import Merkle
import Ledger
import Agent
import Base
import Cryptography
package import Encoding
import FHIRModel
import Node
import Sandbox
import Storage
import System

/// `bench import`: FHIR bundles of synthetic residents, sealed and committed, in process.
package struct ImportBenchmark: Sendable {
    package struct Plan: Sendable {
        package var seed: UInt64 = 20_261_121
        package var residents = 200
        package var rounds = 3

        package init() {}

        package static var smoke: Plan {
            var plan = Plan()
            (plan.residents, plan.rounds) = (2, 1)
            return plan
        }
    }

    private let plan: Plan
    private let folder: String
    private let progress: @Sendable (String) -> Void

    package init(plan: Plan, folder: String, progress: @escaping @Sendable (String) -> Void) {
        (self.plan, self.folder, self.progress) = (plan, folder, progress)
    }

    package func run() throws -> JSONValue {
        var rates: [Int] = []
        var speeds: [Int] = []
        var hash = Hash256.zero
        var records = 0
        for round in 0..<plan.rounds {
            progress("round \(round + 1) of \(plan.rounds)")
            let result = try measure(folder + "/import-\(round)")
            rates.append(result.records * 1000 / max(1, result.milliseconds))
            speeds.append(result.bytes / max(1, result.milliseconds))
            (hash, records) = (result.hash, result.records)
        }
        let rate = rates.sorted()[rates.count / 2]
        return [
            "benchmark": "import",
            "resources_per_second": .integer(rate),
            "megabytes_per_second": Ratio.text(speeds.sorted()[speeds.count / 2], 1000),
            "resources": .integer(records),
            "peak_rss_mib": .integer(ResourceUse.current.peakResidentBytes >> 20),
            "seed": .integer(plan.seed),
            "machine": .string(MachineLimits.machine),
            "result_hash": .string(hash.description),
        ]
    }

    private func measure(
        _ path: String
    ) throws -> (records: Int, bytes: Int, milliseconds: Int, hash: Hash256) {
        let random = SystemRandom()
        let zone = SampleZone(path, random: random)
        var options = SampleZone.Options()
        (options.residents, options.seed) = (plan.residents, plan.seed)
        try zone.create(options, time: SystemClock.now) { _ in }
        let node = try Node(
            configuration: zone.nodeFolder.configuration(),
            storage: NodeFolder.openStorage(zone.nodeFolder.path))
        defer { node.shutdown() }
        let before = node.head.log.size
        let start = SystemClock.monotonicNanoseconds
        var imported = IncrementalHash(.sha256)
        let (records, bytes) = try zone.importSamples(node: node, time: SystemClock.now) { _, _ in }
        let elapsed = SystemClock.monotonicNanoseconds - start
        precondition(node.head.log.size > before)
        let samples = SampleResidents(seed: plan.seed, province: options.province)
        for index in 0..<plan.residents { imported.update(samples.resident(index: index).bundle) }
        imported.update(Array("\(records)".utf8))
        return (records, bytes, Int(elapsed / 1_000_000), imported.finish())
    }
}
