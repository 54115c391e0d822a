import Agent
import Base
package import Cryptography
package import Encoding
package import FHIRDefinitions
import FHIRModel
package import FHIRSearch
import FHIRServer
import HTTPServer
import Ledger
import Node
import Sandbox
import StorageFiles
import Synchronization
import System

/// `bench fhir`: a hospital's FHIR server in one process with its node, loaded and asked by
/// several clients at once.
///
/// Everything is on disk, final and audited as in operation; only HTTP is left out.
package struct FHIRBenchmark: Sendable {
    package struct Plan: Sendable {
        package var seed: UInt64 = 20_261_126
        /// Residents of a thousand resources each.
        package var patients = 100
        package var clients = 8
        /// Requests of each kind and client.
        package var requests = 500

        package init() {}

        package static var smoke: Plan {
            var plan = Plan()
            (plan.patients, plan.clients, plan.requests) = (2, 2, 5)
            return plan
        }
    }

    private let plan: Plan
    private let folder: String
    private let table: DefinitionTable
    private let engine: String
    private let open: @Sendable (String, SecretBytes) throws -> any ResourceIndex
    private let progress: @Sendable (String) -> Void

    /// - Parameters:
    ///   - engine: the index's name, for the result.
    ///   - open: opens an empty index in a folder with a key of 32 bytes.
    package init(
        plan: Plan, folder: String, table: DefinitionTable, engine: String,
        open: @escaping @Sendable (String, SecretBytes) throws -> any ResourceIndex,
        progress: @escaping @Sendable (String) -> Void
    ) {
        (self.plan, self.folder, self.table) = (plan, folder, table)
        (self.engine, self.open, self.progress) = (engine, open, progress)
    }

    package func run() throws -> JSONValue {
        let zone = SampleZone(folder + "/zone", random: SystemRandom())
        var options = SampleZone.Options()
        options.residents = 1
        try zone.create(options, time: SystemClock.now) { _ in }
        let node = try Node(
            configuration: zone.nodeFolder.configuration(),
            storage: NodeFolder.openStorage(zone.nodeFolder.path))
        defer { node.shutdown() }
        let store = try AgentStore.open(
            at: "hospital-a.keys", on: LinuxDisk(root: zone.path),
            protection: .unprotectedForDemonstrationsOnly, random: SystemRandom())
        defer { store.close() }
        guard let account = store.identity.account, let key = store.identity.fileKey("bench/1")
        else { preconditionFailure("hospitals have accounts") }
        let settings = FHIRSettings(
            address: ServerAddress(base: "http://bench/fhir"),
            validation: .none, exportFolder: folder + "/export")
        let host = try FHIRHost(
            store: store, port: NodePort(node: node, account: account),
            chain: node.configuration.genesis.id,
            suite: CipherSuite(besides: node.configuration.genesis.hashSuite), table: table,
            index: try open(folder, key), settings: settings,
            ownerPort: { NodePort(node: node, account: $0.account) })
        defer { host.close() }
        let (rate, count) = try load(host.service)
        let caller = Caller(
            account: account, isStaff: true, purpose: .treatment, scopes: ScopeSet("system/*.rs"))
        var members: [JSONMember] = [
            JSONMember("benchmark", "fhir"), JSONMember("index", .string(engine)),
            JSONMember("resources", .integer(count)), JSONMember("clients", .integer(plan.clients)),
            JSONMember("import_resources_per_second", .integer(rate)),
        ]
        var digest = IncrementalHash(.sha256)
        for kind in Kind.allCases {
            progress(kind.rawValue)
            let measured = try ask(kind, host.service, caller)
            members.append(
                JSONMember("\(kind.rawValue)_per_second", .integer(measured.rate)))
            members.append(
                JSONMember("\(kind.rawValue)_p50_ms", Ratio.text(measured.median, 1000)))
            members.append(JSONMember("\(kind.rawValue)_p99_ms", Ratio.text(measured.late, 1000)))
            digest.update(Array("\(kind.rawValue) \(measured.found)\n".utf8))
        }
        members += [
            JSONMember("peak_rss_mib", .integer(ResourceUse.current.peakResidentBytes >> 20)),
            JSONMember("seed", .integer(plan.seed)),
            JSONMember("machine", .string(MachineLimits.machine)),
            JSONMember("result_hash", .string(digest.finish().description)),
        ]
        return .object(members)
    }

    /// Loads the residents; the resources a second until all are final and found.
    private func load(_ service: FHIRService) throws -> (rate: Int, count: Int) {
        let pool = WorkerPool(threads: 1)
        defer { pool.close() }
        let loader = BulkLoader(service: service, pool: pool)
        let population = FHIRPopulation(seed: plan.seed)
        let start = SystemClock.monotonicNanoseconds
        for patient in 0..<plan.patients {
            if patient % 20 == 0 { progress("\(patient) of \(plan.patients) residents") }
            for resource in population.resources(of: patient) { try loader.load(resource) }
        }
        try loader.finish()
        let milliseconds = (SystemClock.monotonicNanoseconds - start) / 1_000_000
        return (loader.count * 1000 / Int(max(1, milliseconds)), loader.count)
    }

    // MARK: Asking

    private enum Kind: String, CaseIterable {
        case read
        case compartment = "compartment_search"
        case codeAndDate = "code_date_search"
        case chained = "chained_search"
        case include = "include_search"

        func request(_ dice: inout SplitMix, patients: Int) -> FHIRRequest {
            let patient = dice.next(patients)
            let id = FHIRPopulation.patientID(patient)
            let code = FHIRPopulation.code(dice.next(16))
            func search(_ type: String, _ query: [(name: String, value: String)]) -> FHIRRequest {
                FHIRRequest(method: .get, path: [type], query: query)
            }
            switch self {
            case .read:
                let index = 4 + dice.next(16)
                return FHIRRequest(method: .get, path: ["Observation", "\(id)-\(index)"])
            case .compartment:
                return FHIRRequest(
                    method: .get, path: ["Patient", id, "Observation"],
                    query: [("_count", "20"), ("_sort", "-date")])
            case .codeAndDate:
                return search(
                    "Observation",
                    [
                        ("patient", id), ("code", "http://loinc.org|" + code),
                        ("date", "ge20\(10 + dice.next(15))"), ("_count", "20"),
                    ])
            case .chained:
                return search(
                    "Condition",
                    [
                        ("patient.identifier", "urn:kanglian:bench|" + id),
                        ("clinical-status", "active"), ("_count", "20"),
                    ])
            case .include:
                return search(
                    "MedicationRequest",
                    [
                        ("patient", id), ("_include", "MedicationRequest:encounter"),
                        ("_count", "20"),
                    ])
            }
        }
    }

    private struct Measured {
        let rate: Int
        /// Microseconds.
        let median: Int
        let late: Int
        /// Bytes of all answers.
        let found: Int
    }

    private func ask(
        _ kind: Kind, _ service: FHIRService, _ caller: Caller
    ) throws -> Measured {
        let results = ConditionMutex<[(micros: [Int], found: Int)]>([])
        // One request first, so that what is made once is not measured.
        var dice = SplitMix(seed: plan.seed)
        _ = service.respond(to: kind.request(&dice, patients: plan.patients), for: caller)
        let start = SystemClock.monotonicNanoseconds
        for client in 0..<plan.clients {
            let plan = plan
            _ = try Thread("client") {
                var dice = SplitMix(seed: plan.seed ^ UInt64(client + 1) << 32)
                var micros: [Int] = []
                var found = 0
                for _ in 0..<plan.requests {
                    let request = kind.request(&dice, patients: plan.patients)
                    let begin = SystemClock.monotonicNanoseconds
                    let answer = service.respond(to: request, for: caller)
                    micros.append(Int((SystemClock.monotonicNanoseconds - begin) / 1000))
                    precondition(answer.status == 200)
                    if case .bytes(let bytes) = answer.body { found += bytes.count }
                }
                let done = (micros: micros, found: found)
                results.withLock { $0.append(done) }
            }
        }
        let all = results.wait { $0.count == plan.clients ? $0 : nil }
        let elapsed = SystemClock.monotonicNanoseconds - start
        let micros = all.flatMap(\.micros).sorted()
        return Measured(
            rate: micros.count * 1000 / Int(max(1, elapsed / 1_000_000)),
            median: micros[micros.count / 2], late: micros[micros.count * 99 / 100],
            found: all.reduce(0) { $0 + $1.found })
    }
}
